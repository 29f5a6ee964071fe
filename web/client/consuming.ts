import type { ConsumerId, ConsumerOptions } from '#protocol';
import type { RemoteTracks } from './remoteTracks.ts';
import type { Transports } from './transports.ts';

/** Sound that the server announces: each once, also where it asks again because an answer was lost. */
export class Consuming {
  readonly #transports: () => Transports | null;
  readonly #tracks: RemoteTracks;
  readonly #known = new Map<ConsumerId, Promise<void>>();

  constructor(transports: () => Transports | null, tracks: RemoteTracks) {
    this.#transports = transports;
    this.#tracks = tracks;
  }

  take(options: ConsumerOptions): Promise<void> {
    const known = this.#known.get(options.consumerId);
    if (known) return known;
    const consuming = this.#consume(options);
    this.#known.set(options.consumerId, consuming);
    return consuming;
  }

  /** What comes from the first moment. */
  async takeAll(all: readonly ConsumerOptions[]): Promise<void> {
    await Promise.all(all.map((options) => this.take(options)));
  }

  /** All that was announced is gone. */
  clear(): void {
    this.#known.clear();
    this.#tracks.clear();
  }

  async #consume(options: ConsumerOptions): Promise<void> {
    const transports = this.#transports();
    if (!transports) throw new Error('not receiving');
    const consumer = await transports.consume(options);
    if (transports === this.#transports()) this.#tracks.add(options, consumer);
  }
}
