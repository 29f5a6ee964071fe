import type { Clock } from '../session/ports.ts';

/** Tells whether this process slept: stopped, swapped out, or on a machine that was suspended. */
export class Wakefulness {
  readonly #clock: Clock;
  readonly #longestMs: number;
  /** Both clocks: one of them stands still while a machine is suspended. */
  #lastMs: { monotonic: number; wall: number };
  #sleptAtMs = -Infinity;

  /** @param options.longestMs longer than that without a look was sleep */
  constructor(options: { clock: Clock; longestMs: number }) {
    this.#clock = options.clock;
    this.#longestMs = options.longestMs;
    this.#lastMs = this.#now();
  }

  /** To be called all the time, and before anything that sleep forbids. Returns when it woke last: monotonic. */
  look(): number {
    const now = this.#now();
    const passedMs = Math.max(now.monotonic - this.#lastMs.monotonic, now.wall - this.#lastMs.wall);
    if (passedMs > this.#longestMs) this.#sleptAtMs = now.monotonic;
    this.#lastMs = now;
    return this.#sleptAtMs;
  }

  #now() {
    return { monotonic: this.#clock.monotonicMs(), wall: this.#clock.wallMs() };
  }
}
