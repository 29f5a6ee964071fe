import type { PeerId, Role } from '#protocol';

/** What a room's moderators made of somebody, for as long as the room is open. */
export interface Standing {
  /** In place of their invitation's role; null where nobody gave them another. */
  readonly role: Role | null;
  /** They were let in before: they need not wait again, and a lock is not for them. */
  readonly isKnown: boolean;
}

export const NO_STANDING: Standing = { role: null, isKnown: false };

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

  change(peerId: PeerId, change: Partial<Standing>): void {
    const before = this.of(peerId);
    const standing = { ...before, ...change };
    const isChanged = (Object.keys(change) as (keyof Standing)[]).some(
      (key) => standing[key] !== before[key],
    );
    if (!isChanged) return;
    this.#standings.set(peerId, standing);
    this.#keep(peerId, standing);
  }
}
