/** No sooner is anything told again. */
const SHORTEST_PAUSE_MS = 2_000;

interface Options<Item> {
  readonly tell: (items: readonly Item[]) => void;
  /** Whether the first is told the moment it comes, or with those of the next pause. */
  readonly atOnce: boolean;
  /** Up to which the pauses double for as long as there is always something to tell. */
  readonly longestPauseMs?: number;
}

/** Tells of what happens in bunches, so that thirty people at the door are one piece of news. */
export class Bunch<Item> {
  readonly #options: Options<Item>;
  #waiting: Item[] = [];
  #pauseMs = SHORTEST_PAUSE_MS;
  #pause: ReturnType<typeof setTimeout> | null = null;

  constructor(options: Options<Item>) {
    this.#options = options;
  }

  add(items: readonly Item[]): void {
    if (items.length === 0) return;
    this.#waiting.push(...items);
    if (this.#pause) return;
    this.#pauseMs = SHORTEST_PAUSE_MS;
    if (this.#options.atOnce) this.#tell();
    this.#rest();
  }

  /** What waits is not told any more. */
  close(): void {
    if (this.#pause) clearTimeout(this.#pause);
    this.#pause = null;
    this.#waiting = [];
  }

  #tell(): void {
    const items = this.#waiting;
    this.#waiting = [];
    this.#options.tell(items);
  }

  #rest(): void {
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#waiting.length === 0) return;
      this.#tell();
      const { longestPauseMs = SHORTEST_PAUSE_MS } = this.#options;
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      this.#rest();
    }, this.#pauseMs);
  }
}
