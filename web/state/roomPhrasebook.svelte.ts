import type { Phrasebook } from '#protocol';
import { getPhrasebook, putPhrasebook } from '#web/client/api.ts';

/** The phrases that the room ships for everybody in it. */
export class RoomPhrasebook {
  readonly #roomId: string;
  readonly #token: string;
  #book = $state.raw<Phrasebook | null>(null);

  constructor(roomId: string, token: string) {
    this.#roomId = roomId;
    this.#token = token;
  }

  /** Null where it ships none, and as long as that is not known. */
  get book(): Phrasebook | null {
    return this.#book;
  }

  /** Asks the server again. When it does not answer, what is known stays: there are phrases without. */
  async refresh(): Promise<void> {
    this.#book = await getPhrasebook(this.#roomId, this.#token).catch(() => this.#book);
  }

  /**
   * Ships others, or none with null; for moderators.
   * @throws ProtocolError when the server refuses, Unreachable when it does not answer
   */
  async replace(book: Phrasebook | null): Promise<void> {
    await putPhrasebook(this.#roomId, this.#token, book);
    this.#book = book;
  }
}
