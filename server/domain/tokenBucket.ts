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

  /** Takes `count` tokens. Returns 0 when they were there, otherwise the milliseconds until they are. */
  take(nowMs: number, count = 1): number {
    const waitMs = this.waitMs(nowMs, count);
    if (waitMs === 0) this.#tokens -= count;
    return waitMs;
  }

  /** What `take` would return. Takes nothing. */
  waitMs(nowMs: number, count = 1): number {
    const refilled = this.#tokens + Math.max(0, nowMs - this.#updatedMs) * this.#refillPerMs;
    this.#tokens = Math.min(this.#capacity, refilled);
    this.#updatedMs = nowMs;
    if (this.#tokens >= count) return 0;
    return Math.ceil((count - this.#tokens) / this.#refillPerMs);
  }

  /** Takes away `count` tokens, or what there is of them. */
  drain(nowMs: number, count: number): void {
    this.waitMs(nowMs);
    this.#tokens = Math.max(0, this.#tokens - count);
  }
}
