import type { Clock } from './ports.ts';

/** How long a room may stay open with nobody in it. */
const EMPTY_MS = 5 * 60_000;

interface Options {
  readonly clock: Clock;
  readonly isEmpty: () => boolean;
  readonly isRecorded: () => boolean;
  readonly close: () => void;
}

/**
 * When a room ends for want of people: at once when the last one leaves, and after a while where it is
 * recorded, or where a network took everybody out of it.
 */
export class Vacancy {
  readonly #options: Options;
  /** Somebody is on the way to a seat: an empty room is about to be one no longer. */
  #isSeating = false;
  /** The last to leave did not mean to. */
  #isMissed = false;
  #cancel: () => void = () => {};
  #ended = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** While `seat` runs the room is not taken for empty. */
  during(seat: () => void): void {
    this.#isSeating = true;
    try {
      seat();
    } finally {
      this.#isSeating = false;
    }
  }

  left(how: { mayReturn: boolean }): void {
    this.#isMissed = how.mayReturn;
    this.check();
  }

  check(): void {
    const { clock, isEmpty, isRecorded, close } = this.#options;
    if (this.#isSeating || this.#ended || !isEmpty()) return;
    this.#cancel();
    if (!isRecorded() && !this.#isMissed) return close();
    this.#cancel = clock.after(EMPTY_MS, () => {
      if (isEmpty()) close();
    });
  }

  end(): void {
    this.#ended = true;
    this.#cancel();
  }
}
