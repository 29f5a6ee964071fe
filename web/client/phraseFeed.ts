import { PHRASE_HISTORY, ProtocolError, type Phrase } from '#protocol';

/** Puts the phrases of one visit in order: each once, none left out where the server still has it. */
export class PhraseFeed {
  readonly #fetchAfter: (seq: number) => Promise<readonly Phrase[]>;
  readonly #take: (phrases: readonly Phrase[]) => void;
  #lastSeq: number;
  /** The latest of which it is known that it was said. */
  #knownSeq = 0;
  #catchingUp = false;

  /**
   * @param lastSeq number of the last phrase of the snapshot, 0 when there was none
   * @param take given each run of new phrases, in order
   */
  constructor(options: {
    lastSeq: number;
    fetchAfter: (seq: number) => Promise<readonly Phrase[]>;
    take: (phrases: readonly Phrase[]) => void;
  }) {
    this.#lastSeq = options.lastSeq;
    this.#fetchAfter = options.fetchAfter;
    this.#take = options.take;
  }

  /** A phrase came over the channel. */
  arrived(phrase: Phrase): void {
    this.#knownSeq = Math.max(this.#knownSeq, phrase.seq);
    if (phrase.seq > this.#lastSeq + 1) void this.catchUp();
    else this.#add([phrase]);
  }

  /** Asks for what was missed, page by page. When that fails it is asked again: when the server says, or with the next phrase. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      let page: number;
      do {
        const phrases = await this.#fetchAfter(this.#lastSeq);
        page = phrases.length;
        this.#add(phrases);
        // Another may have come by the channel while these were on their way.
      } while (page === PHRASE_HISTORY || (page > 0 && this.#lastSeq < this.#knownSeq));
    } catch (error) {
      // Otherwise the connection went meanwhile, and the next one asks again.
      const inMs = error instanceof ProtocolError ? error.retryAfterMs : undefined;
      if (inMs !== undefined) setTimeout(() => void this.catchUp(), inMs);
    } finally {
      this.#catchingUp = false;
    }
  }

  #add(phrases: readonly Phrase[]): void {
    const fresh = phrases.filter(({ seq }) => seq > this.#lastSeq);
    const last = fresh.at(-1);
    if (!last) return;
    this.#lastSeq = last.seq;
    this.#take(fresh);
  }
}
