import { Worker } from 'node:worker_threads';
// Loaded here too, where it is not used: Node unloads an addon with the last thread that has it,
// and this one leaves destructors behind that run after that, at the end of the thread. SIGSEGV.
import '@evan/opus';
import type { StopReason } from '#protocol';

export interface FinalizerJob {
  /** The recording's folder. */
  readonly folder: string;
  readonly reasonIfUnknown: StopReason;
}

/** What the thread posts. */
export interface FinalizerNews {
  readonly progress: number;
}

/** Megabytes. The thread dies of more, and not the server. */
const MAX_HEAP_MB = 192;
/** Megabytes. Nothing lives long there; a larger one only keeps garbage about. */
const YOUNG_MB = 8;

/** Finalises recordings one after another, each in a thread of its own at low priority. */
export class FinalizerQueue {
  #last: Promise<unknown> = Promise.resolve();
  #running: Worker | null = null;
  #closed = false;

  /**
   * Resolves when the manifest is there; rejects when it cannot be written or on `close`.
   * @param progress told 0 to 1 at most twice a second
   */
  add(job: FinalizerJob, progress: (fraction: number) => void = () => {}): Promise<void> {
    const done = this.#last.then(() => this.#run(job, progress));
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Lets running and queued jobs go on for that long, then ends them: what is left undone the next
   * start does.
   */
  async close(withinMs: number): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, withinMs);
    await Promise.race([this.#last, timeout.promise]);
    clearTimeout(timer);
    this.#closed = true;
    await this.#running?.terminate();
  }

  #run(job: FinalizerJob, progress: (fraction: number) => void): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the finalizer is closed'));
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./finalizerWorker.ts', import.meta.url), {
        workerData: job,
        resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB },
      });
      this.#running = worker;
      let failure: unknown = null;
      worker.on('message', (news: FinalizerNews) => progress(news.progress));
      worker.once('error', (error) => (failure = error));
      worker.once('exit', (code) => {
        this.#running = null;
        if (code === 0 && failure === null) resolve();
        else reject(failure ?? new Error(`the finalizer ended with code ${code}`));
      });
    });
  }
}
