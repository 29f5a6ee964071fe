import { ProtocolError } from '#protocol';
import { Backoff } from './backoff.ts';
import type { PhraseLine } from './phraseLine.ts';
import type { Transports } from './transports.ts';

/** Between attempts to get a way out where one is refused. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

interface Options {
  readonly transports: Pick<Transports, 'openSending' | 'closeSending' | 'hasWayOut'>;
  readonly line: Pick<PhraseLine, 'sendOver'>;
  /** Whether one is on stage, as far as one knows at this moment. */
  readonly isWanted: () => boolean;
  /** Told each time there is one. */
  readonly opened: () => void;
  /** Nothing helps: all has to be built anew. */
  readonly giveUp: () => void;
}

/**
 * The way out of one media side: there while its owner is on stage, however often that changes and
 * whatever is under way then. What is received is not touched.
 */
export class WayOut {
  readonly #options: Options;
  /** What is under way, or stands; null where there is nothing. Aborted when it is let go. */
  #attempt: AbortController | null = null;
  readonly #backoff = new Backoff(RETRY_MS);
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Opens or closes it, as is wanted now. Resolves once it stands, or will be tried again.
   * @throws Error where this browser cannot send at all
   */
  async follow(): Promise<void> {
    if (this.#closed) return;
    if (!this.#options.isWanted()) return this.#letGo();
    if (!this.#attempt) await this.#open();
  }

  /** The server has let go of it: another is made where it is still wanted. */
  lost(): void {
    this.#letGo();
    this.#tryLater();
  }

  /** The transports are closed by whoever has them. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#attempt?.abort();
    clearTimeout(this.#retry);
  }

  async #open(): Promise<void> {
    const { transports, line, opened, giveUp } = this.#options;
    const attempt = (this.#attempt = new AbortController());
    clearTimeout(this.#retry);
    try {
      const drafts = await transports.openSending(attempt.signal);
      if (attempt.signal.aborted) return;
      this.#backoff.reset();
      line.sendOver(drafts);
      opened();
    } catch (error) {
      if (attempt.signal.aborted) return;
      this.#letGo();
      if (!(error instanceof ProtocolError) || error.code === 'UNSUPPORTED_MEDIA') throw error;
      // What an attempt left at the server whose answer was lost goes with all the rest only.
      if (error.code === 'LIMIT_REACHED') giveUp();
      else this.#tryLater(error.retryAfterMs);
    }
  }

  /** A refusal may be the first that is heard of a role that was taken away: news of that follows. */
  #tryLater(inMs = this.#backoff.nextMs()): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.follow().catch((error: unknown) => console.error('Cora cannot send sound', error));
    }, inMs);
  }

  #letGo(): void {
    clearTimeout(this.#retry);
    if (!this.#attempt) return;
    this.#attempt.abort();
    this.#attempt = null;
    this.#options.transports.closeSending();
    this.#options.line.sendOver(null);
  }
}
