import {
  INVITATION_MAX_DAYS,
  MAX_BANS,
  ProtocolError,
  type ErrorCode,
  type PeerId,
  type RoomId,
} from '#protocol';

/** How long whoever flooded a room stays out of it. */
export const FLOOD_BAN_MS = 60_000;
/** A moderator's lasts until no invitation that was made before it lets anybody in. */
export const MODERATOR_BAN_MS = INVITATION_MAX_DAYS * 24 * 3_600_000;
/** The longest `retryAfterMs` of the protocol: who is out for longer is told to ask again then. */
const LONGEST_RETRY_MS = 600_000;

/** Somebody who may not come into a room. */
export interface Ban {
  readonly roomId: RoomId;
  readonly peerId: PeerId;
  /** What they were called; empty where nobody looks at it. */
  readonly displayName: string;
  /** Milliseconds since 1970, as `untilMs`. */
  readonly atMs: number;
  readonly untilMs: number;
  /** What they are told: BANNED by a moderator, who may take it back. */
  readonly code: ErrorCode;
}

/**
 * @throws ProtocolError with the ban's code while it stands, and when to try again but for a
 * moderator's, which is not waited for
 */
export function refuseBanned(ban: Ban | null, wallMs: number): void {
  if (!ban || ban.untilMs <= wallMs) return;
  if (isModerators(ban)) throw new ProtocolError('BANNED', 'a moderator keeps this one out');
  const retryAfterMs = Math.min(Math.ceil(ban.untilMs - wallMs), LONGEST_RETRY_MS);
  throw new ProtocolError(ban.code, 'not to come in for a while', { retryAfterMs });
}

/** Everyone who may not come in somewhere. A ban that has run out is none. */
export class Bans {
  readonly #rooms = new Map<RoomId, Map<PeerId, Ban>>();

  /** False when one that lasts longer stands, which stays. */
  add(ban: Ban): boolean {
    const bans = this.#rooms.get(ban.roomId) ?? new Map<PeerId, Ban>();
    const before = bans.get(ban.peerId);
    if (before && before.untilMs >= ban.untilMs) return false;
    this.#rooms.set(ban.roomId, bans.set(ban.peerId, ban));
    return true;
  }

  of(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    const ban = this.#rooms.get(roomId)?.get(peerId);
    return ban && ban.untilMs > wallMs ? ban : null;
  }

  /** A moderator's of one room that stand, the newest first. */
  moderators(roomId: RoomId, wallMs: number): Ban[] {
    return [...(this.#rooms.get(roomId)?.values() ?? [])]
      .filter((ban) => isModerators(ban) && ban.untilMs > wallMs)
      .toSorted((a, b) => b.atMs - a.atMs);
  }

  /** Takes a moderator's back. False where there is none. */
  lift(roomId: RoomId, peerId: PeerId): boolean {
    const ban = this.#rooms.get(roomId)?.get(peerId);
    if (!ban || !isModerators(ban)) return false;
    this.#remove(ban);
    return true;
  }

  /** Lifts the oldest of a room's moderators' beyond MAX_BANS. Returns those. */
  trim(roomId: RoomId, wallMs: number): Ban[] {
    const tooMany = this.moderators(roomId, wallMs).slice(MAX_BANS);
    for (const ban of tooMany) this.#remove(ban);
    return tooMany;
  }

  forgetOver(wallMs: number): void {
    for (const bans of this.#rooms.values()) {
      for (const ban of bans.values()) if (ban.untilMs <= wallMs) this.#remove(ban);
    }
  }

  /** False where there are none. */
  forgetRoom(roomId: RoomId): boolean {
    return this.#rooms.delete(roomId);
  }

  #remove({ roomId, peerId }: Ban): void {
    const bans = this.#rooms.get(roomId);
    bans?.delete(peerId);
    if (bans?.size === 0) this.#rooms.delete(roomId);
  }
}

function isModerators(ban: Ban): boolean {
  return ban.code === 'BANNED';
}
