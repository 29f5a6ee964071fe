import { ROLES, type InvitationId, type PeerId, type Role } from '#protocol';

/** What a room's moderators made of somebody, for as long as the room is open. */
export interface Standing {
  /** In place of their invitation's role; null where nobody gave them another. */
  readonly role: Role | null;
  /** What they came in as when they were given it. */
  readonly invitedAs: Role;
  /**
   * The invitation that they are in by: with that they come back past a lobby, a lock, and its own end. Null for
   * who was not let in yet, or was taken out.
   */
  readonly invitationId: InvitationId | null;
  /** How often they were muted: a mute holds for who was away, too. */
  readonly mutes: number;
}

export const NO_STANDING: Standing = {
  role: null,
  invitedAs: 'audience',
  invitationId: null,
  mutes: 0,
};

/** More people than come into a room: the first of whom there is only that they were in are forgotten. */
const MAX_STANDINGS = 20_000;

const isMore = (role: Role, than: Role) => ROLES.indexOf(role) < ROLES.indexOf(than);

/**
 * The role of somebody who shows an invitation. What a moderator gave is theirs beside it, unless that is
 * more by itself; what one took is gone, whatever they show.
 */
export function roleBy({ role, invitedAs }: Standing, invited: Role): Role {
  if (role === null || role === invitedAs) return invited;
  const isGift = isMore(role, invitedAs);
  return isMore(role, invited) === isGift ? role : invited;
}

/** Without what a moderator gave: what one took stays taken. */
export function withoutGifts({ role, invitedAs }: Standing): Partial<Standing> {
  const isGift = role !== null && isMore(role, invitedAs);
  return { invitationId: null, ...(isGift && { role: null }) };
}

/** Everybody's, of one room: kept on the server, whatever a token or a payload says. */
export class Standings {
  readonly #standings: Map<PeerId, Standing>;
  readonly #keep: (peerId: PeerId, standing: Standing) => void;

  /** @param keep puts one where it outlives the process */
  constructor(
    kept: ReadonlyMap<PeerId, Standing>,
    keep: (peerId: PeerId, standing: Standing) => void,
  ) {
    this.#standings = new Map(kept);
    this.#keep = keep;
  }

  of(peerId: PeerId): Standing {
    return this.#standings.get(peerId) ?? NO_STANDING;
  }

  /** Those who are in by an invitation, here at this moment or not. */
  admittedBy(invitationId: InvitationId): PeerId[] {
    return [...this.#standings].flatMap(([peerId, standing]) =>
      standing.invitationId === invitationId ? [peerId] : [],
    );
  }

  change(peerId: PeerId, change: Partial<Standing>): void {
    const before = this.of(peerId);
    const standing = { ...before, ...change };
    const keys = Object.keys(change) as (keyof Standing)[];
    if (keys.every((key) => standing[key] === before[key])) return;
    this.#standings.set(peerId, standing);
    this.#keep(peerId, standing);
    if (this.#standings.size > MAX_STANDINGS) this.#forgetFirst();
  }

  #forgetFirst(): void {
    for (const [peerId, { role }] of this.#standings) {
      if (role === null) return void this.#standings.delete(peerId);
    }
  }
}
