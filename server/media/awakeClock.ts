const TICK_MS = 50;
/** Later than that is no delay of a timer any more. */
const STANDSTILL_MS = 2 * TICK_MS;

/**
 * Tells the time without that in which this process stood still: nobody was silent then, they were only
 * not heard. Looks often by itself, from the first time that it is asked.
 */
class AwakeClock {
  #seenMs: number | null = null;
  #lostMs = 0;

  /** Milliseconds; only differences mean anything. */
  nowMs(): number {
    if (this.#seenMs === null) setInterval(() => this.#look(), TICK_MS).unref();
    return this.#look() - this.#lostMs;
  }

  #look(): number {
    const nowMs = performance.now();
    const sinceMs = nowMs - (this.#seenMs ?? nowMs);
    if (sinceMs > STANDSTILL_MS) this.#lostMs += sinceMs - TICK_MS;
    this.#seenMs = nowMs;
    return nowMs;
  }
}

/** One for all rooms. */
export const awakeClock = new AwakeClock();
