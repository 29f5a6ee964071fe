/** How long to wait before something that failed is tried again: longer each time. */
export class Backoff {
  readonly #timesMs: readonly [number, ...number[]];
  #failures = 0;

  /** @param timesMs before the second attempt, the third, and so on; the last is the longest */
  constructor(timesMs: readonly [number, ...number[]]) {
    this.#timesMs = timesMs;
  }

  /** Counts a failure. Spread by a quarter, for those who failed in the same moment. */
  nextMs(): number {
    const mediumMs = this.#timesMs[Math.min(this.#failures, this.#timesMs.length - 1)] as number;
    this.#failures += 1;
    return mediumMs * (0.75 + Math.random() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
