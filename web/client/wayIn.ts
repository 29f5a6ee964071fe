import type { Listening } from '#protocol';
import type { MediaDevice } from './mediaDevice.ts';
import { Transports, type Ask, type TransportsEvents } from './transports.ts';

export interface WayInOptions {
  readonly signaling: Ask;
  /** Rejects where this browser cannot have sound at all. */
  readonly device: () => Promise<MediaDevice>;
  /** The first one, where it came with the answer to `join`. */
  readonly listening: Listening | undefined;
}

/** Has one way in after another built, the first from what is there already. */
export class WayIn {
  readonly #options: WayInOptions;
  #listening: Listening | undefined;
  #opening: Promise<unknown> = Promise.resolve();

  constructor(options: WayInOptions) {
    this.#options = options;
    this.#listening = options.listening;
  }

  /** Rejects with what the server refuses with, or where this browser cannot do it. */
  open(events: TransportsEvents): Promise<Transports> {
    const opening = this.#open(events);
    this.#opening = opening.catch(() => undefined);
    return opening;
  }

  /** Waits until none is being opened. What the server announces may overtake the answer before it. */
  async settle(): Promise<void> {
    await this.#opening;
  }

  async #open(events: TransportsEvents): Promise<Transports> {
    const listening = this.#listening;
    this.#listening = undefined;
    const { signaling, device } = this.#options;
    return Transports.open({ signaling, device: await device(), listening, ...events });
  }
}
