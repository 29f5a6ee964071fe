import type { RemoteTracks } from './remoteTracks.ts';
import type { Signaling } from './signaling.ts';

/** A shorter interruption in which sound goes on is not worth a word. */
const QUIET_MS = 1_500;
/** A connection that was made anew is trusted for so long. */
const TRUST_MS = 10_000;
/** A voice that breaks off does so for its whole audience, which must not ask for another way all at once. */
const SPREAD_MS = 2_000;

interface Options {
  readonly signaling: Pick<Signaling, 'verify' | 'hurry'>;
  readonly tracks: Pick<RemoteTracks, 'arrivedMs'>;
  /** Whether somebody's sound is to arrive, as far as the room tells. */
  readonly isSoundExpected: () => boolean;
  /** Whether many hear what one hears: an audience. */
  readonly isOneOfMany: () => boolean;
  /** The socket answers, and sound does not arrive. */
  readonly soundMissing: () => void;
  /** An interruption lasts. */
  readonly lasts: () => void;
}

/** Watches over the connection of a visit: finds out when it only seems to stand, and how long it is gone. */
export class ConnectionWatch {
  readonly #options: Options;
  #interruption: ReturnType<typeof setTimeout> | undefined;
  #missing: ReturnType<typeof setTimeout> | undefined;
  #networkGone = false;
  #renewedMs = -Infinity;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sound stopped arriving: it may have been the network, its way for sound, or a mute. */
  soundStopped(): void {
    if (this.#options.isSoundExpected()) void this.verify();
  }

  /** The network may be gone, or another one. */
  async verify(): Promise<void> {
    if (performance.now() - this.#renewedMs < TRUST_MS) return;
    if (await this.#options.signaling.verify()) return this.#missSound();
    this.#renewedMs = performance.now();
    this.#networkGone = true;
  }

  /** The machine says that it has a network again. */
  online(): void {
    this.#options.signaling.hurry();
    void this.verify();
  }

  lost(): void {
    clearTimeout(this.#interruption);
    this.#interruption = setTimeout(this.#options.lasts, QUIET_MS);
  }

  /** @returns whether it was the network that went, and not the socket alone */
  back(): { networkGone: boolean } {
    const networkGone = this.#networkGone;
    this.close();
    return { networkGone };
  }

  close(): void {
    clearTimeout(this.#interruption);
    clearTimeout(this.#missing);
    this.#networkGone = false;
  }

  #missSound(): void {
    const { isSoundExpected, isOneOfMany, tracks, soundMissing } = this.#options;
    if (!isOneOfMany()) return isSoundExpected() ? soundMissing() : undefined;
    const beforeMs = tracks.arrivedMs;
    clearTimeout(this.#missing);
    this.#missing = setTimeout(() => {
      if (isSoundExpected() && tracks.arrivedMs === beforeMs) soundMissing();
    }, Math.random() * SPREAD_MS);
  }
}
