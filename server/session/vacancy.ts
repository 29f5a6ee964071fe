import type { Clock } from './ports.ts';

/** How long a room may stay open with nobody in it. */
const EMPTY_MS = 5 * 60_000;

interface Options {
  readonly clock: Clock;
  readonly isEmpty: () => boolean;
  /** Somebody waits to be let in. */
  readonly isAwaited: () => boolean;
  readonly isRecorded: () => boolean;
  /** The server has only just begun to run, and people were in the room before. */
  readonly isExpected: boolean;
  readonly close: () => void;
}

/**
 * When a room ends for want of people: at once when the last one leaves, and after a while where it is
 * recorded, where somebody waits to be let in, or where a network or a crash took people out of it.
 */
export class Vacancy {
  readonly #options: Options;
  /** Somebody is on the way to a seat: an empty room is about to be one no longer. */
  #isSeating = false;
  /** Whether anybody was in it: for those who wait for the first one it stays open. */
  #wasEntered = false;
  /** People are missed until then. Monotonic, as the next. */
  #missedUntilMs: number;
  #emptySinceMs: number | null = null;
  #cancel: () => void = () => {};
  #ended = false;

  constructor(options: Options) {
    this.#options = options;
    const { clock, isExpected } = options;
    this.#missedUntilMs = isExpected ? clock.monotonicMs() + EMPTY_MS : -Infinity;
  }

  get wasEntered(): boolean {
    return this.#wasEntered;
  }

  /** While `seat` runs the room is not taken for empty. */
  during(seat: () => void): void {
    this.#isSeating = true;
    try {
      seat();
      this.#wasEntered = true;
      this.#emptySinceMs = null;
    } finally {
      this.#isSeating = false;
    }
  }

  left(how: { mayReturn: boolean }): void {
    if (how.mayReturn) this.#missedUntilMs = this.#options.clock.monotonicMs() + EMPTY_MS;
    this.check();
  }

  check(): void {
    const { clock, isEmpty, isAwaited, close } = this.#options;
    this.#cancel();
    if (this.#isSeating || this.#ended || !isEmpty()) return;
    if (isAwaited() && !this.#wasEntered) return;
    const nowMs = clock.monotonicMs();
    this.#emptySinceMs ??= nowMs;
    const inMs = this.#endsMs(this.#emptySinceMs) - nowMs;
    if (inMs <= 0) return close();
    this.#cancel = clock.after(inMs, () => this.check());
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }

  #endsMs(emptySinceMs: number): number {
    const { isAwaited, isRecorded } = this.#options;
    const lastsMs = isAwaited() || isRecorded() ? EMPTY_MS : 0;
    return Math.max(this.#missedUntilMs, emptySinceMs + lastsMs);
  }
}
