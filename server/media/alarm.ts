/** Rings at a time that may be put off again and again, at the cost of one timer. Times are performance.now(). */
export class Alarm {
  readonly #ring: () => void;
  #dueMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Null: not at all. */
  setFor(dueMs: number | null): void {
    this.#dueMs = dueMs;
    if (dueMs !== null && this.#timer === null) this.#sleep(dueMs);
  }

  #sleep(dueMs: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.max(0, Math.ceil(dueMs - performance.now())));
  }

  #wake(): void {
    this.#timer = null;
    if (this.#dueMs === null) return;
    if (performance.now() < this.#dueMs) return this.#sleep(this.#dueMs);
    this.#dueMs = null;
    this.#ring();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueMs = null;
  }
}
