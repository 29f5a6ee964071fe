import type { RoomCopy } from '../session/ports.ts';
import { toCommands, type Command } from './roomCommands.ts';

/** Beyond these the whole room is written instead. */
const MAX_WAITING = 10_000;
/** Of one go, so that Redis answers others in between: a millisecond or two. */
const BATCH = 200;

/** What is yet to be written of one room, in order. */
export class RoomOutbox {
  readonly #send: (commands: readonly Command[]) => Promise<boolean>;
  readonly #whole: () => RoomCopy | null;
  readonly #failed: () => void;
  #waiting: Command[] = [];
  #isWholeDue = false;
  #sending: Promise<boolean> | null = null;

  /**
   * @param options.send resolves with false where another server has the room; rejects where nothing answers
   * @param options.whole all there is of the room now
   * @param options.refused the room is another server's
   */
  constructor(options: {
    send: (commands: readonly Command[]) => Promise<boolean>;
    whole: () => RoomCopy | null;
    refused: () => void;
  }) {
    this.#send = options.send;
    this.#whole = options.whole;
    this.#failed = options.refused;
  }

  add(...commands: readonly Command[]): void {
    this.#waiting.push(...commands);
    if (this.#waiting.length > MAX_WAITING) this.addWhole();
    void this.flush();
  }

  /** Everything anew: Redis lost it, or too much of it waits. */
  addWhole(): void {
    this.#isWholeDue = true;
    this.#waiting = [];
  }

  /** Sends what waits. False where something still does, because nothing answered. */
  flush(): Promise<boolean> {
    this.#sending ??= this.#flush().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #flush(): Promise<boolean> {
    // What is said in one turn goes as one.
    await Promise.resolve();
    for (;;) {
      if (this.#isWholeDue) {
        this.#isWholeDue = false;
        const copy = this.#whole();
        this.#waiting = copy ? toCommands(copy) : [];
      }
      const batch = this.#waiting.slice(0, BATCH);
      if (batch.length === 0) return true;
      try {
        if (!(await this.#send(batch))) {
          this.#waiting = [];
          this.#failed();
          return true;
        }
      } catch {
        return false;
      }
      // Where all is due anew meanwhile, what was sent is in that, too.
      if (!this.#isWholeDue) this.#waiting.splice(0, batch.length);
    }
  }
}
