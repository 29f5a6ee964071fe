import { ProtocolError, type ErrorCode, type PeerId, type RoomId } from '#protocol';

/** How long whoever flooded a room stays out of it. */
export const FLOOD_BAN_MS = 60_000;
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
  /** What they are told. */
  readonly code: ErrorCode;
}

/** @throws ProtocolError with the ban's code, and when to try again, while it stands */
export function refuseBanned(ban: Ban | null, wallMs: number): void {
  if (!ban || ban.untilMs <= wallMs) return;
  const retryAfterMs = Math.min(Math.ceil(ban.untilMs - wallMs), LONGEST_RETRY_MS);
  throw new ProtocolError(ban.code, 'not to come in for a while', { retryAfterMs });
}

/** Everyone who may not come in somewhere. A ban that has run out is none. */
export class Bans {
  readonly #bans = new Map<string, Ban>();

  /** False when one that lasts longer stands, which stays. */
  add(ban: Ban): boolean {
    const key = keyOf(ban.roomId, ban.peerId);
    const before = this.#bans.get(key);
    if (before && before.untilMs >= ban.untilMs) return false;
    this.#bans.set(key, ban);
    return true;
  }

  of(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    const ban = this.#bans.get(keyOf(roomId, peerId));
    return ban && ban.untilMs > wallMs ? ban : null;
  }

  forgetOver(wallMs: number): void {
    for (const [key, ban] of this.#bans) if (ban.untilMs <= wallMs) this.#bans.delete(key);
  }
}

function keyOf(roomId: RoomId, peerId: PeerId): string {
  return `${roomId} ${peerId}`;
}
