import type { ConsumerOptions } from '#protocol';
import type { MediaSide } from './mediaSide.ts';
import { Revisions } from './revisions.ts';

/** What lives as long as one connection, but for media: that goes on with the next where the place was kept. */
export class Visit {
  readonly revisions = new Revisions();
  #media: MediaSide | null;
  readonly #made = Promise.withResolvers<MediaSide>();
  #isIn = false;
  #isMediaLost = false;

  constructor(media: MediaSide | null) {
    this.#media = media;
  }

  get media(): MediaSide | null {
    return this.#media;
  }

  set media(media: MediaSide | null) {
    this.#media = media;
    if (media) this.#made.resolve(media);
  }

  /** Whether `join` is answered: until then nothing else can be asked. */
  get isIn(): boolean {
    return this.#isIn;
  }

  enter(): void {
    this.#isIn = true;
  }

  /** All media is gone at the server. Told again on a return, that comes before the place is taken. */
  mediaLost(): void {
    this.#isMediaLost = true;
    if (this.#isIn) this.media?.lost();
  }

  /** The place is taken again, and what was built may stand. */
  goOn(networkGone: boolean): void {
    if (this.#isMediaLost) this.media?.lost();
    else this.media?.lookAgain(networkGone);
  }

  async consume(options: ConsumerOptions): Promise<Record<string, never>> {
    // It may be announced before there is what takes it: both follow from one answer.
    const media = this.media ?? (await this.#made.promise);
    await media.consume(options);
    return {};
  }
}
