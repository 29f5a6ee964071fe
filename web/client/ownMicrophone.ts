import { LevelMeter } from './microphone.ts';

/** One's own microphone, from the lobby to the end of the visit, through every reconnection. */
export class OwnMicrophone {
  readonly #onEnded: () => void;
  #track: MediaStreamTrack | null = null;
  #meter: LevelMeter | null = null;

  /** @param onEnded told when the device went away: unplugged, or taken back by the browser */
  constructor(onEnded: () => void) {
    this.#onEnded = onEnded;
  }

  /** Null when there is none, or none that still gives sound. */
  get track(): MediaStreamTrack | null {
    return this.#track?.readyState === 'live' ? this.#track : null;
  }

  /** How loud it is at this moment, 0 to 1. */
  get level(): number {
    return this.#meter?.read() ?? 0;
  }

  /** Takes a track over, and lets go of the one before. */
  use(track: MediaStreamTrack): void {
    if (track === this.#track) return;
    this.release();
    this.#track = track;
    this.#meter = new LevelMeter(track);
    // Not fired by stop(), so only for what the person did not do here.
    track.addEventListener('ended', () => {
      if (track === this.#track) this.#onEnded();
    });
  }

  /** Idempotent. */
  release(): void {
    this.#meter?.close();
    this.#meter = null;
    this.#track?.stop();
    this.#track = null;
  }
}
