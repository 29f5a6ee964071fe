/** How long any answer is waited for. */
export const ANSWER_TIMEOUT_MS = 10_000;
/**
 * An answer is not worth waiting for when it takes this long, or this many times as long as the
 * fastest so far: another connection costs less.
 */
const ECHO_TIMEOUT_MS = 700;
const SLOWER_THAN_FASTEST = 4;

/** What the way to the server and back takes. */
export class AnswerTimes {
  /** Milliseconds. Of all answers so far: what it takes at least. */
  #fastestMs = Infinity;

  /** An answer came to what was asked then: `performance.now()`. */
  answered(askedMs: number): void {
    this.#fastestMs = Math.min(this.#fastestMs, performance.now() - askedMs);
  }

  /** How long an answer may take where the connection is in doubt. */
  get patienceMs(): number {
    const timeoutMs = Math.max(ECHO_TIMEOUT_MS, SLOWER_THAN_FASTEST * this.#fastestMs);
    return Math.min(timeoutMs, ANSWER_TIMEOUT_MS);
  }
}
