import { MAX_WAITING_GUESTS, ProtocolError, type Guest, type PeerId } from '#protocol';
import type { PeerSession } from './peerSession.ts';
import type { Clock } from './ports.ts';

interface Options {
  readonly clock: Clock;
  /** Told whenever others wait than before. */
  readonly changed: () => void;
}

/** Those who wait to be let into a room, the first to come first. */
export class Lobby {
  readonly #options: Options;
  readonly #waiting = new Map<PeerId, { readonly session: PeerSession; readonly guest: Guest }>();

  constructor(options: Options) {
    this.#options = options;
  }

  get guests(): Guest[] {
    return [...this.#waiting.values()].map(({ guest }) => guest);
  }

  get size(): number {
    return this.#waiting.size;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Who waits under a name. @throws ProtocolError NOT_FOUND */
  find(peerId: PeerId): PeerSession {
    const session = this.of(peerId);
    if (!session) throw new ProtocolError('NOT_FOUND', 'nobody of that name waits');
    return session;
  }

  of(peerId: PeerId): PeerSession | undefined {
    return this.#waiting.get(peerId)?.session;
  }

  get sessions(): PeerSession[] {
    return [...this.#waiting.values()].map(({ session }) => session);
  }

  /**
   * Somebody waits from now on; the same person waiting from elsewhere gives their place to this one.
   * @throws ProtocolError ROOM_FULL
   */
  wait(session: PeerSession): void {
    const { peerId, identity } = session;
    const before = this.#waiting.get(peerId);
    if (!before && this.#waiting.size >= MAX_WAITING_GUESTS) {
      throw new ProtocolError('ROOM_FULL', 'the lobby is full');
    }
    const { displayName, role } = identity;
    const since = before?.guest.since ?? Math.round(this.#options.clock.wallMs());
    this.#waiting.set(peerId, { session, guest: { peerId, displayName, role, since } });
    before?.session.remove('REPLACED');
    this.#options.changed();
  }

  /** Without effect on one who does not wait, or whose place another connection has. */
  forget(session: PeerSession): void {
    if (this.#waiting.get(session.peerId)?.session !== session) return;
    this.#waiting.delete(session.peerId);
    this.#options.changed();
  }
}
