/**
 * Between two strikes, and before the first. Long enough for a client that sent much at once to read
 * that it is to wait; three of them end a flood within 2 s.
 */
const STRIKE_EVERY_MS = 575;
/** What was ignored longer ago does not belong to it. */
const PEACE_MS = 2_000;
/** The one that ends their visit. */
const LAST_STRIKE = 3;
/** A strike is forgotten after so long. */
const STRIKE_LASTS_MS = 5 * 60_000;

/** `heeded`: who did not know that they were to wait, or did. `last`: the strike that ends their visit. */
export type Offence = 'heeded' | 'ignored' | 'last';

/** Counts how often somebody goes on although they were told to wait. Times are of one monotonic clock. */
export class Strikes {
  #strikesMs: number[] = [];
  #waitUntilMs = -Infinity;
  #ignoredMs = -Infinity;
  #sinceMs = -Infinity;

  /** Somebody is refused, and told how long to wait. */
  refused(nowMs: number, retryAfterMs: number): Offence {
    const isIgnored = nowMs < this.#waitUntilMs;
    this.#waitUntilMs = nowMs + retryAfterMs;
    if (!isIgnored) return 'heeded';
    if (nowMs - this.#ignoredMs >= PEACE_MS) this.#sinceMs = nowMs;
    this.#ignoredMs = nowMs;
    if (nowMs - this.#sinceMs < STRIKE_EVERY_MS) return 'ignored';
    this.#sinceMs = nowMs;
    this.#strikesMs = this.#strikesMs.filter((atMs) => nowMs - atMs < STRIKE_LASTS_MS);
    this.#strikesMs.push(nowMs);
    return this.#strikesMs.length >= LAST_STRIKE ? 'last' : 'ignored';
  }
}
