import type { Clock, Log } from '../session/ports.ts';

const DAY_MS = 86_400_000;

/** Sweeps away what has been kept long enough: at once, and then daily. */
export class Retention {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #days: number;
  readonly #sweep: (endedBefore: number) => Promise<number>;
  #cancel: () => void = () => {};
  #stopped = false;

  /**
   * @param options.days 0 keeps everything
   * @param options.sweep deletes what ended before then (ms since 1970) and says how many that were
   */
  constructor(options: {
    clock: Clock;
    log: Log;
    days: number;
    sweep: (endedBefore: number) => Promise<number>;
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#days = options.days;
    this.#sweep = options.sweep;
  }

  /** Resolves when the first sweep is done, and never rejects. */
  async start(): Promise<void> {
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(DAY_MS, () => void this.start());
    const kept = this.#days === 0 ? Infinity : this.#days * DAY_MS;
    try {
      const deleted = await this.#sweep(this.#clock.wallMs() - kept);
      if (deleted > 0) this.#log.info({ deleted, days: this.#days }, 'old recordings deleted');
    } catch (error) {
      this.#log.error({ err: error }, 'old recordings could not be deleted');
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }
}
