import { ProtocolError, type ConsentAnswer, type Listen, type RoomSnapshot } from '#protocol';
import { joinInTurn } from './joinInTurn.ts';
import type { Signaling } from './signaling.ts';

interface Options {
  readonly signaling: Pick<Signaling, 'request'>;
  /** What was answered at the door. Good for one entrance: who comes back may meet another recording. */
  readonly consent: ConsentAnswer | undefined;
  /** What the way in needs, which comes with the answer then; undefined where it is asked for later. */
  readonly listen: () => Promise<Listen | undefined>;
  /** Told that the server has no time yet. */
  readonly heldOff: () => void;
  /** Told that a moderator has to let one in. */
  readonly waiting: () => void;
}

/** The way from a socket that stands into the room, through the lobby where there is one. */
export class Admission {
  readonly #options: Options;
  #consent: ConsentAnswer | undefined;
  /** Each connection asks for itself: what was asked on one before is of no interest. */
  #connection = 0;
  #letIn = (): void => {};

  constructor(options: Options) {
    this.#options = options;
    this.#consent = options.consent;
  }

  /**
   * Asks to be let in, for as long as it takes.
   * @returns null where another connection asks meanwhile, or nobody any more
   * @throws ProtocolError
   */
  async ask(): Promise<RoomSnapshot | null> {
    this.#connection += 1;
    const connection = this.#connection;
    for (;;) {
      const letIn = new Promise<void>((resolve) => (this.#letIn = resolve));
      try {
        const snapshot = await this.#join(() => connection === this.#connection);
        if (snapshot) this.#consent = undefined;
        return snapshot;
      } catch (error) {
        if (connection !== this.#connection) return null;
        if (!(error instanceof ProtocolError) || error.code !== 'WAITING') throw error;
      }
      this.#options.waiting();
      await letIn;
    }
  }

  /** A moderator lets one in. */
  admitted(): void {
    this.#letIn();
  }

  /** Nobody wants to come in any more. */
  close(): void {
    this.#connection += 1;
  }

  async #join(isWanted: () => boolean): Promise<RoomSnapshot | null> {
    const { signaling, heldOff } = this.#options;
    const listen = await this.#options.listen();
    const consent = this.#consent;
    const asked = { ...(consent && { consent }), ...listen };
    return joinInTurn({ signaling, asked, heldOff, isWanted });
  }
}
