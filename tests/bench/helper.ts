import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PATIENCE_MS = 180_000;

/** A process of the benchmarks' own that does something when asked, so that it is in nobody's way. */
export class Helper {
  readonly #process: ChildProcess;

  /** @param file beside this one */
  constructor(file: string, args: readonly string[]) {
    this.#process = fork(new URL(file, import.meta.url), args, {
      // libwebrtc tells much of what it does.
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Resolves with the answer. One at a time. */
  async ask<Answer>(question: unknown): Promise<Answer> {
    const answered = new AbortController();
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(PATIENCE_MS)]);
    this.#process.send(question as object);
    try {
      const [answer] = await Promise.race([
        once(this.#process, 'message', { signal }),
        once(this.#process, 'exit', { signal }).then(() => {
          throw new Error('a helping process ended');
        }),
      ]);
      return answer as Answer;
    } finally {
      answered.abort();
    }
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}

/** The other side: answers each question in its turn. */
export function answerQuestions(answer: (question: never) => unknown): void {
  process.on('message', (question) => {
    void Promise.resolve(answer(question as never)).then((it) => process.send?.(it ?? null));
  });
}
