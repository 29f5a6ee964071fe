/** Lets so many work at once, and so many more wait. */
export class Turns {
  readonly #mayWait: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(limits: { atOnce: number; mayWait: number }) {
    this.#free = limits.atOnce;
    this.#mayWait = limits.mayWait;
  }

  /** In the order of the calls. Rejects as the work does, and when too many wait. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mayWait) {
      return Promise.reject(new Error('too much waits to be spoken'));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
