/** A rate limit that allows a burst: `capacity` at once, refilled steadily. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #refillPerMs: number;
  #tokens: number;
  #updatedMs: number;

  /** @param nowMs the caller's monotonic clock, as in every later call */
  constructor(options: { capacity: number; perSecond: number; nowMs: number }) {
    this.#capacity = options.capacity;
    this.#refillPerMs = options.perSecond / 1_000;
    this.#tokens = options.capacity;
    this.#updatedMs = options.nowMs;
  }

  /** Takes one token. Returns 0 when there was one, otherwise the milliseconds until there is. */
  take(nowMs: number): number {
    const refilled = this.#tokens + Math.max(0, nowMs - this.#updatedMs) * this.#refillPerMs;
    this.#tokens = Math.min(this.#capacity, refilled);
    this.#updatedMs = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#refillPerMs);
    this.#tokens -= 1;
    return 0;
  }
}
