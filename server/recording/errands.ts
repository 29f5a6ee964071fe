import type { RecordingId } from '#protocol';
import type { Clock, Log } from '../session/ports.ts';

/** Looks at `signal` between its steps, and rejects once it is aborted. */
export type Errand = (signal: AbortSignal) => Promise<void>;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * What is to be done at the object store, which may be away for a while: one recording's errand
 * after another, and what failed again later, after pauses that grow.
 */
export class Errands {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Map<RecordingId, Errand>();
  readonly #failed = new Map<RecordingId, Errand>();
  readonly #told = new Set<RecordingId>();
  #running: { recordingId: RecordingId; abort: AbortController } | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelPause: (() => void) | null = null;
  #closed = false;

  constructor(options: { clock: Clock; log: Log }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** Takes the place of an earlier errand of that recording, which has ended when this one begins. */
  add(recordingId: RecordingId, errand: Errand): void {
    if (this.#closed) return;
    if (this.#running?.recordingId === recordingId) this.#running.abort.abort();
    this.#failed.delete(recordingId);
    this.#waiting.delete(recordingId);
    this.#waiting.set(recordingId, errand);
    if (this.#running === null) void this.#work();
  }

  /** Ends the running errand at its next step and begins no other. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#running?.abort.abort();
  }

  async #work(): Promise<void> {
    for (const [recordingId, errand] of this.#waiting) {
      if (this.#closed) return;
      this.#waiting.delete(recordingId);
      const abort = new AbortController();
      this.#running = { recordingId, abort };
      try {
        await errand(abort.signal);
        this.#told.delete(recordingId);
        this.#pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (!abort.signal.aborted) this.#failedNow(recordingId, errand, error);
      }
    }
    this.#running = null;
  }

  #failedNow(recordingId: RecordingId, errand: Errand, error: unknown): void {
    this.#failed.set(recordingId, errand);
    this.#cancelPause ??= this.#clock.after(this.#pauseMs, () => this.#again());
    // Said once, however long it lasts.
    if (this.#told.has(recordingId)) return;
    this.#told.add(recordingId);
    this.#log.warn({ recordingId, err: error }, 'object store failed, will be tried again');
  }

  #again(): void {
    this.#cancelPause = null;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    const failed = [...this.#failed];
    this.#failed.clear();
    for (const [recordingId, errand] of failed) this.add(recordingId, errand);
  }
}
