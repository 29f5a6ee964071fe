import type { ConnectionState } from 'mediasoup-client/types';

/** A way that is broken off may mend by itself for so long before another is looked for. */
const BROKEN_MS = 2_000;
/** A search that has found nothing by then is given up. */
const SEARCH_MS = 4_000;

interface Options {
  /** Of all transports that there are. */
  readonly states: () => readonly ConnectionState[];
  /** Whether anything arrives at this moment. */
  readonly isAlive: () => Promise<boolean>;
  /** Restarts ICE on all transports (RFC 8445 section 9). Rejects where that cannot be begun. */
  readonly restart: () => Promise<void>;
  /** Whether the server can be asked. */
  readonly canAsk: () => boolean;
  /** Nothing helps: transports have to be built anew. */
  readonly giveUp: () => void;
}

/** Finds another way where the one that stood breaks off: another network, another address. */
export class IceRecovery {
  readonly #options: Options;
  #stood = false;
  #isSearching = false;
  /** Doubted in the middle of a search, which then may have found what is gone already. */
  #isDoubted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The state of a transport has changed. */
  changed(): void {
    const states = this.#options.states();
    if (states.every((state) => state === 'connected')) {
      this.#stood = true;
      this.#settle();
    } else if (states.includes('failed')) {
      if (this.#stood) void this.#search();
      else this.#giveUp();
    } else if (states.includes('disconnected') && !this.#isSearching) {
      this.#after(BROKEN_MS, () => void this.#search());
    }
  }

  /**
   * The network may be another one, whatever the states still say.
   * @param isGone it is known that the old one is
   */
  async doubt(isGone: boolean): Promise<void> {
    if (!this.#stood) return;
    if (this.#isSearching) {
      this.#isDoubted = true;
      return;
    }
    const isIntact = !isGone && this.#options.states().every((state) => state === 'connected');
    if (isIntact && (await this.#options.isAlive())) return;
    await this.#search();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #search(): Promise<void> {
    // Without the server there is nothing to search with; `doubt` comes when it is back.
    if (this.#closed || this.#isSearching || !this.#options.canAsk()) return;
    this.#isSearching = true;
    this.#isDoubted = false;
    this.#after(SEARCH_MS, () => this.#conclude());
    try {
      await this.#options.restart();
    } catch {
      if (this.#options.canAsk()) this.#giveUp();
      else this.#settle();
    }
  }

  #conclude(): void {
    this.#isSearching = false;
    if (this.#options.states().some((state) => state !== 'connected')) this.#giveUp();
    else if (this.#isDoubted) void this.doubt(false);
  }

  #settle(): void {
    this.#isSearching = false;
    clearTimeout(this.#timer);
  }

  #giveUp(): void {
    this.#settle();
    if (!this.#closed) this.#options.giveUp();
  }

  #after(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, ms);
  }
}
