import type { PeerId, PeerInfo } from '#protocol';
import type { RoomChange, RoomEvent } from './roomEvents.ts';
import type { Roster } from './roster.ts';

/** The moderator who holds a room: always one of its moderators, or nobody. */
export class Host {
  readonly #roster: Roster;
  readonly #happened: (change: RoomChange) => RoomEvent;
  #peerId: PeerId | null = null;

  /** @param happened numbers a change */
  constructor(roster: Roster, happened: (change: RoomChange) => RoomEvent) {
    this.#roster = roster;
    this.#happened = happened;
  }

  get peerId(): PeerId | null {
    return this.#peerId;
  }

  /** Whether whoever holds the room is in it, and connected. */
  get isHere(): boolean {
    return this.#peerId !== null && this.#roster.has(this.#peerId) && isHere(this.#find());
  }

  /** Somebody is a moderator from now on: takes a room that nobody holds. */
  moderates(peerId: PeerId): RoomEvent[] {
    return this.#peerId === null ? this.pass(peerId) : [];
  }

  pass(peerId: PeerId | null): RoomEvent[] {
    if (peerId === this.#peerId) return [];
    this.#peerId = peerId;
    return [this.#happened({ type: 'hostChanged', host: peerId })];
  }

  /** To the connected moderator who has been here longest; to nobody where there is none. */
  passOn(): RoomEvent[] {
    const others = this.#roster.all.filter(({ peerId }) => peerId !== this.#peerId);
    return this.pass(
      others.find((peer) => peer.role === 'moderator' && isHere(peer))?.peerId ?? null,
    );
  }

  /** Somebody no longer moderates, or was taken out: a room that they held passes on at once. */
  deposed(peerId: PeerId): RoomEvent[] {
    return peerId === this.#peerId ? this.passOn() : [];
  }

  #find(): PeerInfo {
    return this.#roster.of(this.#peerId as PeerId);
  }
}

const isHere = ({ away }: PeerInfo) => !away;
