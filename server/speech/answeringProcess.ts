import { fork, type ChildProcess } from 'node:child_process';
import type { Reply } from './questions.ts';
import { Refusal } from './questions.ts';

const LIMITS = [
  // Megabytes. The process dies of more, and not the server.
  '--max-old-space-size=192',
  // Nothing lives long there; a larger one only keeps garbage about.
  '--max-semi-space-size=4',
];
/** A cold start on a machine that is busy with everything else. */
const START_MS = 30_000;
/** Characters of what a failed process says, for the log. */
const LONGEST_COMPLAINT = 2_000;

/** One run of a program that answers questions (`questions.ts`), one at a time. */
export class AnsweringProcess<Question, Answer> {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  #expected = Promise.withResolvers<Reply<Answer>>();

  /** @param program path of its module */
  constructor(program: string) {
    // It is told nothing of the server's secrets, and needs nothing of its environment.
    const child = fork(program, [], {
      env: {},
      execArgv: LIMITS,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-LONGEST_COMPLAINT);
    });
    child.on('message', (reply: Reply<Answer>) => this.#expected.resolve(reply));
    const exit = Promise.withResolvers<void>();
    this.ended = exit.promise;
    // A server that ends at once, by a second signal, leaves nothing behind.
    const endWithServer = () => child.kill('SIGKILL');
    process.once('exit', endWithServer);
    child.once('exit', () => {
      process.off('exit', endWithServer);
      exit.resolve();
    });
    child.on('error', (error) => {
      this.#expected.reject(error);
      // It never began.
      if (child.pid === undefined) exit.resolve();
    });
    child.once('close', (code, signal) => {
      this.#expected.reject(new Error(`the process ended with ${signal ?? code}: ${said.trim()}`));
    });
    this.#child = child;
    this.#ready = this.#next(START_MS);
    this.#ready.catch(() => {});
  }

  /**
   * Rejects with Refusal when it cannot be done, or with another Error when the process ends or
   * does not answer within `patienceMs` of being ready: then it is ended.
   */
  async ask(question: Question, patienceMs: number): Promise<Answer> {
    await this.#ready;
    this.#expected = Promise.withResolvers();
    this.#child.send(question as object);
    const reply = await this.#next(patienceMs);
    if ('answer' in reply) return reply.answer;
    throw 'refusal' in reply ? new Refusal(reply.refusal) : new Error('no answer');
  }

  /** Idempotent. */
  end(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  async #next(patienceMs: number): Promise<Reply<Answer>> {
    const expected = this.#expected;
    const timer = setTimeout(() => {
      expected.reject(new Error(`the process was silent for ${patienceMs} ms`));
      void this.end();
    }, patienceMs);
    return expected.promise.finally(() => clearTimeout(timer));
  }
}
