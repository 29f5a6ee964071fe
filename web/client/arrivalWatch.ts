/** Whoever speaks, or has an open microphone, sends at least every 400 ms (Opus with DTX, RFC 7587 section 3.1.3). */
const STOPPED_MS = 800;
const LOOK_MS = 200;

/** Notices that sound no longer arrives, seconds before ICE does. It may be no more than a mute. */
export class ArrivalWatch {
  readonly #lastArrivalMs: () => number;
  readonly #onStopped: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Of which arrival it was told that none followed. */
  #toldMs = 0;

  /** @param options.lastArrivalMs when sound last arrived, milliseconds since 1970; 0 when none has */
  constructor(options: { lastArrivalMs: () => number; onStopped: () => void }) {
    this.#lastArrivalMs = options.lastArrivalMs;
    this.#onStopped = options.onStopped;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const lastMs = this.#lastArrivalMs();
    if (lastMs <= this.#toldMs || Date.now() - lastMs < STOPPED_MS) return;
    this.#toldMs = lastMs;
    this.#onStopped();
  }
}
