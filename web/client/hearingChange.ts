/** The two ways in which people are heard: never both at once, but for a moment in which one follows the other. */
export type HearingWay = 'slots' | 'microphones';

const LOOK_MS = 20;
/** Nobody may be talking. */
const PATIENCE_MS = 10_000;

interface Options {
  /** When sound last came by a way, milliseconds since 1970; 0 when none has. */
  readonly lastArrivalMs: (way: HearingWay) => number;
  readonly changed: () => void;
}

/**
 * Has what is left of one way fall silent as soon as the other is heard: the server changes both at once, but
 * what lies in the jitter buffer of the one would be heard over the other.
 */
export class HearingChange {
  readonly #options: Options;
  #silenced: HearingWay | null = null;
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What is not to be heard any more; null where both may be. */
  get silenced(): HearingWay | null {
    return this.#silenced;
  }

  /** People are heard this way from the moment in which something comes by it. */
  begin(way: HearingWay): void {
    const sinceMs = Date.now();
    const beforeMs = this.#options.lastArrivalMs(way);
    clearInterval(this.#look);
    if (this.#silenced === way) this.#silence(null);
    this.#look = setInterval(() => {
      const isHere = this.#options.lastArrivalMs(way) > beforeMs;
      if (isHere || Date.now() - sinceMs > PATIENCE_MS) clearInterval(this.#look);
      if (isHere) this.#silence(way === 'slots' ? 'microphones' : 'slots');
    }, LOOK_MS);
  }

  close(): void {
    clearInterval(this.#look);
  }

  #silence(way: HearingWay | null): void {
    this.#silenced = way;
    this.#options.changed();
  }
}
