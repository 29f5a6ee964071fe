import {
  ProtocolError,
  type Direction,
  type ErrorCode,
  type PeerId,
  type ProducerId,
  type RtpCapabilities,
} from '#protocol';
import type { GateState } from '../domain/gate.ts';
import type { LiveRoom } from './liveRoom.ts';
import type { ClientChannel, Clock, Identity, MediaPeer } from './ports.ts';

/** What a peer may have one of; each is reserved before anything is awaited. */
type Slot = `${Direction}Transport` | 'microphone' | 'phraseDrafts' | 'phraseChannel';

/** A peer that is in a room: its media and what it was given so far. */
export interface Seat {
  readonly room: LiveRoom;
  media: MediaPeer;
  producerId: ProducerId | null;
  rtpCapabilities: RtpCapabilities | null;
  /** Phrases come to this one over the socket. */
  followsPhrases: boolean;
}

type State =
  | { readonly name: 'connected' }
  | { readonly name: 'joining' }
  | { readonly name: 'joined'; readonly seat: Seat }
  | { readonly name: 'closed' };

/** One socket's way through Cora: connected, joining, joined, closed. */
export class PeerSession {
  readonly identity: Identity;
  readonly channel: ClientChannel;
  readonly #clock: Clock;
  #slots = new Set<Slot>();
  #state: State = { name: 'connected' };

  constructor(options: { identity: Identity; channel: ClientChannel; clock: Clock }) {
    this.identity = options.identity;
    this.channel = options.channel;
    this.#clock = options.clock;
  }

  get peerId(): PeerId {
    return this.identity.peerId;
  }

  get gateState(): GateState {
    if (this.#clock.wallMs() >= this.identity.expiresAt) return 'expired';
    return this.#state.name === 'joined' ? this.identity.role : 'connected';
  }

  get isClosed(): boolean {
    return this.#state.name === 'closed';
  }

  /** @throws ProtocolError WRONG_STATE outside a room */
  get seat(): Seat {
    if (this.#state.name !== 'joined') throw new ProtocolError('WRONG_STATE', 'join first');
    return this.#state.seat;
  }

  /** Marks the way into the room as taken, so that a second `join` beside it is refused. */
  beginJoin(): void {
    if (this.#state.name !== 'connected') throw new ProtocolError('WRONG_STATE', 'joining already');
    this.#state = { name: 'joining' };
  }

  failJoin(): void {
    if (this.#state.name === 'joining') this.#state = { name: 'connected' };
  }

  /** @throws ProtocolError WRONG_STATE when the socket went away meanwhile */
  takeSeat(seat: Seat): void {
    if (this.#state.name !== 'joining') throw new ProtocolError('WRONG_STATE', 'connection closed');
    this.#state = { name: 'joined', seat };
  }

  /**
   * Runs `make` with the slot held, and frees it when that fails.
   * @throws ProtocolError LIMIT_REACHED when the slot is taken
   */
  async inSlot<T>(slot: Slot, make: () => Promise<T>): Promise<T> {
    const slots = this.#slots;
    if (slots.has(slot)) throw new ProtocolError('LIMIT_REACHED', `one ${slot} per peer`);
    slots.add(slot);
    try {
      return await make();
    } catch (error) {
      slots.delete(slot);
      throw error;
    }
  }

  /** All can be asked for anew. What is being made for the slots of before no longer counts. */
  freeAllSlots(): void {
    this.#slots = new Set();
  }

  freeSlot(slot: Slot): void {
    this.#slots.delete(slot);
  }

  /** Leaves the room, if in one. Idempotent; the session cannot enter one again. */
  leave(): void {
    const state = this.#state;
    this.#state = { name: 'closed' };
    if (state.name === 'joined') state.seat.room.leave(this, state.seat);
  }

  /** Ends the session for a reason that the person is told. */
  remove(code: ErrorCode): void {
    this.leave();
    this.channel.notify('removed', { code });
    this.channel.close();
  }
}
