import {
  ProtocolError,
  type ClientRequestName,
  type ErrorCode,
  type PeerId,
  type Resume,
  type Role,
} from '#protocol';
import type { GateState } from '../domain/gate.ts';
import type { Lobby } from './lobby.ts';
import type { ClientChannel, Clock, Identity, SignedAccess } from './ports.ts';
import type { Seat } from './seat.ts';
import { SessionChannel } from './sessionChannel.ts';

/** What a peer may have one of; each is reserved before anything is awaited. */
type Slot = 'wayIn' | 'wayOut' | 'microphone' | 'phraseDrafts';

/** What goes with the right to send. */
const SENDING: readonly Slot[] = ['wayOut', 'microphone', 'phraseDrafts'];

/** For what a session is that was removed, until its socket is closed. */
const KEPT_OUT: readonly ErrorCode[] = ['KICKED', 'BANNED', 'TURNED_AWAY'];

type State =
  | { readonly name: 'connected' }
  | { readonly name: 'joining' }
  | { readonly name: 'joined'; readonly seat: Seat }
  /** The socket was lost, and the seat is kept. */
  | { readonly name: 'away'; readonly seat: Seat }
  /** Over another socket, on which nothing was asked yet. */
  | { readonly name: 'returning'; readonly seat: Seat }
  /** Until a moderator lets them in. */
  | { readonly name: 'waiting'; readonly lobby: Lobby }
  | { readonly name: 'closed'; readonly code: ErrorCode | null };

/** One person's way through Cora: connected, joining, waiting perhaps, joined, away and back perhaps, closed. */
export class PeerSession {
  readonly identity: Identity;
  readonly channel: SessionChannel;
  readonly #clock: Clock;
  /** Those that are taken, each by whoever took it. */
  readonly #slots = new Map<Slot, symbol>();
  #state: State = { name: 'connected' };
  #expiresAt: number;

  constructor(options: { identity: Identity; channel: ClientChannel; clock: Clock }) {
    this.identity = options.identity;
    this.#expiresAt = options.identity.expiresAt;
    this.channel = new SessionChannel(options.channel);
    this.#clock = options.clock;
  }

  get peerId(): PeerId {
    return this.identity.peerId;
  }

  /** What the room has them as; outside of it, what they are invited as. */
  get role(): Role {
    return 'seat' in this.#state ? this.#state.seat.room.roleOf(this.peerId) : this.identity.role;
  }

  get gateState(): GateState {
    const state = this.#state;
    if (state.name === 'closed' && state.code !== null && KEPT_OUT.includes(state.code)) {
      return 'kicked';
    }
    if (this.#clock.wallMs() >= this.#expiresAt) return 'expired';
    if (state.name === 'waiting') return 'lobby';
    return state.name === 'joined' ? this.role : 'connected';
  }

  /** Whether it is in a room, or waits to be let in. */
  get isIn(): boolean {
    return 'seat' in this.#state || this.#state.name === 'waiting';
  }

  /** Milliseconds since 1970; later with each token that is handed out. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** Hands out the next access token. */
  renew({ accessToken, expiresAt }: SignedAccess): void {
    this.#expiresAt = expiresAt;
    this.channel.notify('tokenRefreshed', { accessToken });
  }

  get isClosed(): boolean {
    return this.#state.name === 'closed';
  }

  /** @throws ProtocolError WRONG_STATE outside a room */
  get seat(): Seat {
    if (!('seat' in this.#state)) throw new ProtocolError('WRONG_STATE', 'join first');
    return this.#state.seat;
  }

  /** Whether this one comes back over another socket and has to `join` yet. */
  get isReturning(): boolean {
    return this.#state.name === 'returning';
  }

  /** Marks the way into the room as taken, so that a second `join` beside it is refused. */
  beginJoin(): void {
    if (this.#state.name !== 'connected') throw new ProtocolError('WRONG_STATE', 'joining already');
    this.#state = { name: 'joining' };
  }

  failJoin(): void {
    if (this.#state.name === 'joining') this.#state = { name: 'connected' };
  }

  /**
   * Waits to be let in, as its `join` is told.
   * @throws ProtocolError ROOM_FULL, or WRONG_STATE when the socket went away meanwhile
   */
  wait(lobby: Lobby): void {
    if (this.#state.name !== 'joining') throw new ProtocolError('WRONG_STATE', 'connection closed');
    lobby.wait(this);
    this.#state = { name: 'waiting', lobby };
  }

  /** Is let in: may ask to `join` again. Without effect on one who does not wait. */
  admit(): void {
    if (this.#state.name !== 'waiting') return;
    const { lobby } = this.#state;
    this.#state = { name: 'connected' };
    lobby.forget(this);
    this.channel.notify('admitted', {});
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
    if (this.#slots.has(slot)) throw new ProtocolError('LIMIT_REACHED', `one ${slot} per peer`);
    const hold = Symbol(slot);
    this.#slots.set(slot, hold);
    try {
      return await make();
    } catch (error) {
      // It may have been freed meanwhile, and taken again.
      if (this.#slots.get(slot) === hold) this.#slots.delete(slot);
      throw error;
    }
  }

  /** The media of before is gone: what was asked for over it no longer counts, and all can be anew. */
  forgetMedia(): void {
    this.#slots.clear();
    this.channel.dropRequests();
  }

  /** What was sent with is gone, and may not be made anew before its owner may send again. */
  forgetSending(): void {
    for (const slot of SENDING) this.#slots.delete(slot);
  }

  freeSlot(slot: Slot): void {
    this.#slots.delete(slot);
  }

  /**
   * A socket is gone without a goodbye: the seat is kept for a while. Without effect for one that
   * another has taken the place of.
   * @param heardMs when it last brought anything: monotonic
   */
  lose(channel: ClientChannel, heardMs: number): void {
    if (!this.channel.isOver(channel)) return;
    if (!('seat' in this.#state)) return this.leave();
    const { seat } = this.#state;
    this.channel.detach();
    this.#state = { name: 'away', seat };
    seat.room.desks.absences.begin(this, heardMs);
  }

  /** A socket was closed by either side. As `lose` without effect where it no longer counts. */
  end(channel: ClientChannel): void {
    if (this.channel.isOver(channel)) this.leave();
  }

  /** Goes on over another socket. False where what it shows does not fit. */
  resume(channel: ClientChannel, { token, receivedNews }: Resume): boolean {
    if (!('seat' in this.#state)) return false;
    const { seat } = this.#state;
    // 192 random bits that are good once: how long this takes tells nobody anything.
    if (!seat.resumeTokens.includes(token)) return false;
    if (!this.channel.remembersAfter(receivedNews)) return false;
    this.#state = { name: 'returning', seat };
    // An earlier socket may not have been missed yet, and a grace be about to end.
    seat.room.desks.absences.begin(this, this.#clock.monotonicMs());
    this.channel.attach(channel, receivedNews);
    return true;
  }

  /** Whoever asks for something else has got the answer to `join`, and what brings them back next. */
  asked(name: ClientRequestName): void {
    if (name === 'join' || this.#state.name !== 'joined') return;
    const { seat } = this.#state;
    seat.resumeTokens = seat.resumeTokens.slice(0, 1);
  }

  /** Nobody came back in time, though they may yet. */
  expire(): void {
    this.#leave({ mayReturn: true });
    this.channel.close();
  }

  /** Its `join` was asked: from here on it is as if it had never been away. */
  comeBack(): void {
    if (this.#state.name === 'returning') this.#state = { name: 'joined', seat: this.#state.seat };
  }

  /** Leaves the room, if in one. Idempotent; the session cannot enter one again. */
  leave(): void {
    this.#leave({ mayReturn: false });
  }

  /** Ends the session for a reason that the person is told. */
  remove(code: ErrorCode): void {
    this.#leave({ mayReturn: false }, code);
    this.channel.notify('removed', { code });
    this.channel.close();
  }

  #leave(how: { mayReturn: boolean }, code: ErrorCode | null = null): void {
    const state = this.#state;
    this.#state = { name: 'closed', code: state.name === 'closed' ? state.code : code };
    this.channel.dropRequests();
    if (state.name === 'waiting') state.lobby.forget(this);
    if ('seat' in state) state.seat.room.leave(this, state.seat, how);
  }
}
