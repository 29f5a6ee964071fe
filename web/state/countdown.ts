/** A time that runs out, and stands still for as long as anything holds it. */
export class Countdown {
  readonly #onOver: () => void;
  readonly #holds = new Set<string>();
  #leftMs: number;
  #startedAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, onOver: () => void) {
    this.#leftMs = ms;
    this.#onOver = onOver;
    this.#run();
  }

  /** @param by what holds it, once however often it says so */
  hold(by: string): void {
    if (this.#holds.size === 0) {
      clearTimeout(this.#timer);
      this.#leftMs -= performance.now() - this.#startedAtMs;
    }
    this.#holds.add(by);
  }

  letGo(by: string): void {
    if (this.#holds.delete(by) && this.#holds.size === 0) this.#run();
  }

  /** It does not run out any more. Idempotent. */
  stop(): void {
    this.#holds.add('stopped');
    clearTimeout(this.#timer);
  }

  #run(): void {
    this.#startedAtMs = performance.now();
    this.#timer = setTimeout(this.#onOver, this.#leftMs);
  }
}
