import type { Clock } from '../session/ports.ts';

/** The time of one recording, in ms since it began: it stands still while paused. */
export class RecordingClock {
  readonly #clock: Clock;
  #originMs: number;
  #pausedAtMs: number | null = null;

  constructor(clock: Clock, originMs: number) {
    this.#clock = clock;
    this.#originMs = originMs;
  }

  get paused(): boolean {
    return this.#pausedAtMs !== null;
  }

  elapsedMs(): number {
    return (this.#pausedAtMs ?? this.#clock.monotonicMs()) - this.#originMs;
  }

  pause(): void {
    this.#pausedAtMs ??= this.#clock.monotonicMs();
  }

  /** @returns for how many ms it stood, or null when it was running */
  resume(): number | null {
    if (this.#pausedAtMs === null) return null;
    const pausedMs = this.#clock.monotonicMs() - this.#pausedAtMs;
    this.#originMs += pausedMs;
    this.#pausedAtMs = null;
    return pausedMs;
  }
}
