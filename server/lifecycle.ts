import type { Log } from './session/ports.ts';

/** Of the time that a stop may take, what is left for its end: browsers, voice and workers. */
const CLOSING_MS = 1_500;
/** By so much the process ends before whoever sent the signal would end it. */
const MARGIN_MS = 500;

/** Where the server stands between its start and its end. */
export class Lifecycle {
  readonly #log: Log;
  readonly #stopTimeoutMs: number;
  #state: 'starting' | 'ready' | 'stopping' = 'starting';

  /** @param options.stopTimeoutMs how long a stop may take, all in all */
  constructor(options: { log: Log; stopTimeoutMs: number }) {
    this.#log = options.log;
    this.#stopTimeoutMs = options.stopTimeoutMs;
  }

  /** Whether people are to be sent here: no new rooms and no new sockets where not. */
  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** The server has started. False when it was told to stop meanwhile. */
  started(): boolean {
    if (this.#state === 'stopping') return false;
    this.#state = 'ready';
    return true;
  }

  /**
   * Has SIGINT and SIGTERM stop the server, from its very start: one that dies of a signal leaves its
   * workers. Not ready from the first moment on; the second signal, and the time's end, mean now.
   * @param stop is told how much of its time is for what need not be done before the next start
   */
  stopOnSignals(stop: (withinMs: number) => Promise<void>): void {
    const onSignal = async (signal: NodeJS.Signals) => {
      if (this.#state === 'stopping') process.exit(1);
      this.#state = 'stopping';
      this.#log.info({ signal }, 'stopping');
      setTimeout(() => process.exit(1), this.#stopTimeoutMs - MARGIN_MS).unref();
      await stop(this.#stopTimeoutMs - MARGIN_MS - CLOSING_MS);
      process.exit(0);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  }
}
