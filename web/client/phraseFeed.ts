import type { Phrase } from '#protocol';

/** Puts the phrases of one visit in order: each once, none left out where the server still has it. */
export class PhraseFeed {
  readonly #fetchAfter: (seq: number) => Promise<readonly Phrase[]>;
  readonly #take: (phrases: readonly Phrase[]) => void;
  #lastSeq: number;
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
    if (phrase.seq > this.#lastSeq + 1) void this.catchUp();
    else this.#add([phrase]);
  }

  /** Asks for what was missed. When that fails the next phrase that arrives asks again. */
  async catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      this.#add(await this.#fetchAfter(this.#lastSeq));
    } catch {
      // The connection went meanwhile, and the next one begins with a snapshot.
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
