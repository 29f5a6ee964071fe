import { ProtocolError } from '#protocol';
import { RetryLine } from '../domain/retryLine.ts';
import type { Clock } from '../session/ports.ts';

/** How much of the work begins in one turn of the event loop: what others asked comes between. */
const AT_ONCE = 16;
/** How much of it waits, and how long. */
const MAX_WAITING = 1_000;
const MAX_WAIT_MS = 3_000;
/** Work that itself has to wait, such as for a media worker to start, holds up no more than this. */
const HOLD_MS = 1_000;
/** Well below what two cores let in, so that those who are in do not notice. */
const RETRIES_PER_SECOND = 200;

/** Lets a crowd in a few at a time, and tells whoever would wait too long when to come again. */
export class Admission {
  readonly #clock: Clock;
  readonly #line = new RetryLine({ perSecond: RETRIES_PER_SECOND });
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Does `work` when its turn comes.
   * @throws ProtocolError RATE_LIMITED with the time to come again, when that would take too long
   */
  async inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#underWay < AT_ONCE) this.#underWay += 1;
    else await this.#turn();
    const done = this.#hold();
    try {
      return await work();
    } finally {
      setImmediate(done);
    }
  }

  #hold(): () => void {
    let isHeld = true;
    const done = () => {
      if (!isHeld) return;
      isHeld = false;
      cancel();
      this.#passOn();
    };
    const cancel = this.#clock.after(HOLD_MS, done);
    return done;
  }

  /** Resolves with somebody else's place. */
  #turn(): Promise<void> {
    if (this.#waiting.size >= MAX_WAITING) throw this.#refusal();
    return new Promise((resolve, reject) => {
      const enter = () => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(MAX_WAIT_MS, () => {
        this.#waiting.delete(enter);
        reject(this.#refusal());
      });
      this.#waiting.add(enter);
    });
  }

  #passOn(): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#underWay -= 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }

  #refusal(): ProtocolError {
    const retryAfterMs = this.#line.next(this.#clock.monotonicMs(), Math.random());
    return new ProtocolError('RATE_LIMITED', 'many come in at once', { retryAfterMs });
  }
}
