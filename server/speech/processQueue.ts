import { setTimeout as delay } from 'node:timers/promises';
import { AnsweringProcess } from './answeringProcess.ts';
import { Refusal } from './questions.ts';
import { Turns } from './turns.ts';

/** A minute's work and more. */
const MAX_WAITING = 200;
/** Before a process is begun in the place of one that never answered; doubled each time. */
const BACKOFF_MS = { first: 250, longest: 8_000 };

/**
 * Asks a process of its own one thing after another. One that dies or is silent too long costs the
 * question that it was asked; the next question begins another.
 */
export class ProcessQueue<Question, Answer> {
  readonly #program: string;
  readonly #turns = new Turns({ atOnce: 1, mayWait: MAX_WAITING });
  readonly #closing = new AbortController();
  #process: AnsweringProcess<Question, Answer> | null = null;
  /** Processes that were lost since one last answered. */
  #losses = 0;

  /** @param program path of a module that calls `answerQuestions`; it is begun at once */
  constructor(program: string) {
    this.#program = program;
    this.#begin();
  }

  /**
   * Rejects with Refusal when it cannot be done, or with another Error: the process died or was
   * silent for `patienceMs`, too many wait, `close`.
   */
  ask(question: Question, patienceMs: number): Promise<Answer> {
    return this.#turns.take(() => this.#ask(question, patienceMs));
  }

  /** Idempotent. What is asked and what waits is rejected. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    await this.#process?.end();
  }

  async #ask(question: Question, patienceMs: number): Promise<Answer> {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    if (!this.#process && this.#losses > 1) {
      const ms = BACKOFF_MS.first * 2 ** (this.#losses - 2);
      await delay(Math.min(BACKOFF_MS.longest, ms), undefined, { signal });
    }
    const process = this.#process ?? this.#begin();
    try {
      const answer = await process.ask(question, patienceMs);
      this.#losses = 0;
      return answer;
    } catch (error) {
      if (error instanceof Refusal) this.#losses = 0;
      // It has ended or is about to, and the next question must not meet it.
      else await process.end();
      throw error;
    }
  }

  #begin(): AnsweringProcess<Question, Answer> {
    const process = new AnsweringProcess<Question, Answer>(this.#program);
    this.#process = process;
    void process.ended.then(() => {
      this.#losses += 1;
      this.#process = null;
    });
    return process;
  }
}
