/** Nobody is sent away for longer. With more than 6,000 in line, more of them come at once. */
const MAX_WAIT_MS = 30_000;
const MIN_WAIT_MS = 1_000;

/**
 * Tells those who cannot come in now when to come again: one after another, so that a crowd that came
 * in one moment comes back spread over many. Times are of one monotonic clock.
 */
export class RetryLine {
  readonly #spacingMs: number;
  #nextMs = -Infinity;

  constructor({ perSecond }: { perSecond: number }) {
    this.#spacingMs = 1_000 / perSecond;
  }

  /** @param random 0 to 1: where somebody comes whom the line has no place for. Returns milliseconds. */
  next(nowMs: number, random: number): number {
    this.#nextMs = Math.max(this.#nextMs + this.#spacingMs, nowMs + MIN_WAIT_MS);
    const waitMs = this.#nextMs - nowMs;
    if (waitMs <= MAX_WAIT_MS) return Math.ceil(waitMs);
    this.#nextMs = nowMs + MAX_WAIT_MS;
    return Math.ceil(MIN_WAIT_MS + random * (MAX_WAIT_MS - MIN_WAIT_MS));
  }
}
