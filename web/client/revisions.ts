import type { RoomNotification } from './roomReducer.ts';

/** `news` is to be shown now, `gap` means that something was missed; the rest is nothing to act on. */
export type Place = 'news' | 'known' | 'early' | 'gap';

/**
 * Puts the numbered notifications of one visit in their place beside its snapshot. One of them may stand for
 * several numbers, of which some are known.
 */
export class Revisions {
  readonly #early: RoomNotification[] = [];
  #last: number | null = null;

  get hasBegun(): boolean {
    return this.#last !== null;
  }

  /**
   * Begins with the revision of a snapshot. Returns what came before it, now to be placed: others
   * who joined at the same moment are told of before the answer to one's own `join`.
   */
  begin(revision: number): RoomNotification[] {
    this.#last = revision;
    return this.#early.splice(0);
  }

  place(notification: RoomNotification): Place {
    const { revision } = notification.body;
    const since = notification.name === 'rosterChanged' ? notification.body.since : revision - 1;
    if (this.#last === null) {
      this.#early.push(notification);
      return 'early';
    }
    if (revision <= this.#last) return 'known';
    if (since > this.#last) return 'gap';
    this.#last = revision;
    return 'news';
  }
}
