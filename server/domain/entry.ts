import {
  ProtocolError,
  type ConsentAnswer,
  type InvitationId,
  type PeerId,
  type Role,
  type RoomSettings,
} from '#protocol';
import type { RecordedPeople } from './recordedPeople.ts';
import type { Roster } from './roster.ts';
import { roleBy, type Standings } from './standings.ts';

/** Places that are kept for moderators in a room that is full. */
const MODERATORS_BEYOND = 10;

/** Who asks to come in. */
export interface Newcomer {
  readonly peerId: PeerId;
  readonly displayName: string;
  /** The invitation's. */
  readonly role: Role;
  readonly invitationId: InvitationId;
}

interface Parts {
  readonly roster: Roster;
  readonly standings: Standings;
  readonly recorded: RecordedPeople;
  readonly settings: () => RoomSettings;
  readonly maxPeers: number;
}

/** Who may come into a room, and as what. */
export class Entry {
  readonly #parts: Parts;
  /** Let in from the lobby, and not here yet. */
  readonly #admitted = new Set<PeerId>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The role of somebody who comes in, or is in. */
  roleOf({ peerId, role }: Pick<Newcomer, 'peerId' | 'role'>): Role {
    return roleBy(this.#parts.standings.of(peerId), role);
  }

  /** Whether somebody is, or was, in the room by this invitation, and was not taken out. */
  knows({ peerId, invitationId }: Pick<Newcomer, 'peerId' | 'invitationId'>): boolean {
    return this.#parts.standings.of(peerId).invitationId === invitationId;
  }

  /** Whether somebody has to be let in by a moderator first. @throws ProtocolError ROOM_LOCKED */
  mustWait(newcomer: Newcomer): boolean {
    const { lobby, locked } = this.#parts.settings();
    if (this.knows(newcomer) || this.roleOf(newcomer) === 'moderator') return false;
    if (locked) throw new ProtocolError('ROOM_LOCKED', 'the room is locked');
    return lobby && !this.#admitted.has(newcomer.peerId);
  }

  /** A moderator lets somebody in who waits: from the lobby, not past anything else. */
  admit(peerId: PeerId): void {
    this.#admitted.add(peerId);
  }

  /**
   * Whether there is a place, and nothing to be agreed to first; who is in already takes their own place.
   * @throws ProtocolError ROOM_FULL or CONSENT_REQUIRED
   */
  requirePlace(newcomer: Newcomer, answer: ConsentAnswer | undefined): void {
    const { roster, recorded, settings, maxPeers } = this.#parts;
    const role = this.roleOf(newcomer);
    const own = roster.has(newcomer.peerId) ? roster.of(newcomer.peerId) : null;
    const others = roster.size - (own ? 1 : 0);
    const ofRole = roster.count(role) - (own?.role === role ? 1 : 0);
    const places = settings().capacity[role] ?? Infinity;
    // A crowd keeps nobody out who is to bring order into it.
    const all = maxPeers + (role === 'moderator' ? MODERATORS_BEYOND : 0);
    if (others >= all || ofRole >= places) {
      throw new ProtocolError('ROOM_FULL', 'room is full');
    }
    recorded.requireAnswer(newcomer.peerId, role, answer);
  }

  /** Somebody is in from here on. */
  entered({ peerId, role, invitationId }: Newcomer): void {
    const { standings } = this.#parts;
    const isUnchanged = standings.of(peerId).role === null;
    standings.change(peerId, { invitationId, ...(isUnchanged && { invitedAs: role }) });
    this.#admitted.delete(peerId);
  }
}
