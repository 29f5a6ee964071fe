import { ProtocolError, type PeerChange, type PeerId, type PeerInfo, type Role } from '#protocol';
import type { RoomChange, RoomEvent } from './roomEvents.ts';

/** Everybody in a room, in order of arrival. */
export class Roster {
  readonly #peers = new Map<PeerId, PeerInfo>();
  /** Each one's number in the order of arrival; nobody else ever has it. */
  readonly #arrivals = new Map<PeerId, number>();
  #lastArrival = 0;
  readonly #counts: Record<Role, number> = { moderator: 0, speaker: 0, audience: 0 };
  readonly #happened: (change: RoomChange) => RoomEvent;

  /** @param happened numbers a change */
  constructor(happened: (change: RoomChange) => RoomEvent) {
    this.#happened = happened;
  }

  get size(): number {
    return this.#peers.size;
  }

  get all(): PeerInfo[] {
    return [...this.#peers.values()];
  }

  /** Everybody's number, in that order. */
  get arrivals(): ReadonlyMap<PeerId, number> {
    return this.#arrivals;
  }

  has(peerId: PeerId): boolean {
    return this.#peers.has(peerId);
  }

  /** Who asks. @throws ProtocolError WRONG_STATE outside the room */
  of(peerId: PeerId): PeerInfo {
    const peer = this.#peers.get(peerId);
    if (!peer) throw new ProtocolError('WRONG_STATE', 'not in the room');
    return peer;
  }

  /** Whom something is asked about. @throws ProtocolError NOT_FOUND */
  find(peerId: PeerId): PeerInfo {
    const peer = this.#peers.get(peerId);
    if (!peer) throw new ProtocolError('NOT_FOUND', 'nobody of that name is in the room');
    return peer;
  }

  count(role: Role): number {
    return this.#counts[role];
  }

  add(peer: PeerInfo): RoomEvent {
    this.#peers.set(peer.peerId, peer);
    this.#lastArrival += 1;
    this.#arrivals.set(peer.peerId, this.#lastArrival);
    this.#counts[peer.role] += 1;
    return this.#happened({ type: 'peerJoined', peer });
  }

  remove(peerId: PeerId): RoomEvent[] {
    const peer = this.#peers.get(peerId);
    if (!peer) return [];
    this.#peers.delete(peerId);
    this.#arrivals.delete(peerId);
    this.#counts[peer.role] -= 1;
    return [this.#happened({ type: 'peerLeft', peerId })];
  }

  /** Nothing happens where nothing of it is different. */
  change(peerId: PeerId, change: Omit<PeerChange, 'peerId'>): RoomEvent[] {
    const before = this.of(peerId);
    const isChanged = Object.entries(change).some(
      ([key, value]) => before[key as keyof PeerInfo] !== value,
    );
    if (!isChanged) return [];
    const peer: PeerInfo = { ...before, ...change };
    this.#peers.set(peerId, peer);
    this.#counts[before.role] -= 1;
    this.#counts[peer.role] += 1;
    return [this.#happened({ type: 'peerChanged', peer, before })];
  }
}
