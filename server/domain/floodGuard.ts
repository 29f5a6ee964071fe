import { TokenBucket } from './tokenBucket.ts';

// Far above what a person and their client send: two phrases and three receipts a second.
const BURST = 30;
const MESSAGES_PER_SECOND = 10;
/** How long nothing more is taken from somebody who sent too much. */
export const PAUSE_MS = 5_000;
/** The one that ends their visit. */
const LAST_STRIKE = 3;
/** A strike is forgotten after so long. */
const STRIKE_LASTS_MS = 5 * 60_000;

/** What is to be done with a message, whatever is in it. */
export type FloodVerdict = 'take' | 'ignore' | 'pause' | 'end';

/** Watches how much one person sends on their phrase channel. Times are of one monotonic clock. */
export class FloodGuard {
  readonly #limit: TokenBucket;
  #strikesMs: number[] = [];
  #pausedUntilMs = -Infinity;

  constructor(nowMs: number) {
    this.#limit = new TokenBucket({ capacity: BURST, perSecond: MESSAGES_PER_SECOND, nowMs });
  }

  /** `pause` and `end` come once a strike; what still arrives in a pause is ignored. */
  message(nowMs: number): FloodVerdict {
    if (nowMs < this.#pausedUntilMs) return 'ignore';
    if (this.#limit.take(nowMs) === 0) return 'take';
    this.#strikesMs = this.#strikesMs.filter((atMs) => nowMs - atMs < STRIKE_LASTS_MS);
    this.#strikesMs.push(nowMs);
    this.#pausedUntilMs = nowMs + PAUSE_MS;
    return this.#strikesMs.length >= LAST_STRIKE ? 'end' : 'pause';
  }
}
