import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StopReason } from '#protocol';

export interface FinalizerJob {
  /** The recording's folder. */
  readonly folder: string;
  readonly reasonIfUnknown: StopReason;
}

/** What the process is given: its work, for whom, and what it leaves to others of the disk. */
export type FinalizerOrder = FinalizerJob & {
  readonly serverPid: number;
  readonly keepFreeBytes: number;
};

/** What the process says of itself. */
export type FinalizerNews = { readonly progress: number } | { readonly done: true };

const PROGRAM = fileURLToPath(new URL('./finalizerProcess.ts', import.meta.url));
const LIMITS = [
  // Megabytes. The finalizer dies of more, and not the server.
  '--max-old-space-size=192',
  // Nothing lives long there; a larger one only keeps garbage about.
  '--max-semi-space-size=4',
];

/** Characters of what a failed finalizer says, for the log. */
const LONGEST_COMPLAINT = 2_000;

/**
 * Finalises recordings one after another, each in a process of its own at low priority. Not in a
 * thread: what people sent is decoded there by native code, and a fault of that ends its process.
 */
export class FinalizerQueue {
  readonly #keepFreeBytes: () => Promise<number>;
  #last: Promise<unknown> = Promise.resolve();
  #running: ChildProcess | null = null;
  #closed = false;

  /** @param keepFreeBytes asked before each job */
  constructor(keepFreeBytes: () => Promise<number>) {
    this.#keepFreeBytes = keepFreeBytes;
  }

  /**
   * Resolves when the manifest is there; rejects when it cannot be written or on `close`.
   * @param progress told 0 at once, however long the queue is, and then up to 1 at most twice a second
   */
  add(job: FinalizerJob, progress: (fraction: number) => void = () => {}): Promise<void> {
    progress(0);
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
    const running = this.#running;
    // Not where it has ended and only its output is still to be read: there is no other end to wait for.
    if (running?.kill('SIGKILL')) await once(running, 'exit');
  }

  async #run(job: FinalizerJob, progress: (fraction: number) => void): Promise<void> {
    const keepFreeBytes = await this.#keepFreeBytes();
    if (this.#closed) throw new Error('the finalizer is closed');
    return new Promise((resolve, reject) => {
      const order: FinalizerOrder = { ...job, serverPid: process.pid, keepFreeBytes };
      const running = fork(PROGRAM, [JSON.stringify(order)], {
        execArgv: LIMITS,
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      this.#running = running;
      // A server that ends at once, by a second signal, leaves nothing behind.
      const endWithServer = () => running.kill('SIGKILL');
      process.once('exit', endWithServer);
      let isDone = false;
      let said = '';
      running.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-LONGEST_COMPLAINT);
      });
      running.on('message', (news: FinalizerNews) => {
        if ('progress' in news) return progress(news.progress);
        isDone = true;
        // It has nothing left to do, and the MP3 encoder's thread would keep it.
        running.kill('SIGKILL');
      });
      running.once('error', reject);
      running.once('close', (code, signal) => {
        process.off('exit', endWithServer);
        this.#running = null;
        if (isDone) resolve();
        else reject(new Error(`the finalizer ended with ${signal ?? code}: ${said.trim()}`));
      });
    });
  }
}
