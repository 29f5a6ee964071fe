import { correctionFor } from './drift.ts';

/** How often tracks are compared with the clock. */
const TICK_MS = 100;

/** One speaker's sound. */
export class PlaybackTrack {
  readonly id: string;
  readonly audio: HTMLAudioElement;
  muted = $state(false);
  solo = $state(false);
  #failed = $state(false);
  #waiting = false;

  constructor(id: string, url: string, onChange: () => void) {
    this.id = id;
    this.audio = new Audio();
    this.audio.preload = 'auto';
    this.audio.src = url;
    this.audio.onerror = () => {
      this.#failed = true;
      onChange();
    };
    this.audio.onwaiting = () => {
      this.#waiting = true;
      onChange();
    };
    for (const event of ['canplay', 'playing', 'seeked', 'ended'] as const) {
      this.audio.addEventListener(event, () => {
        this.#waiting = false;
        onChange();
      });
    }
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Whether there is sound of this track at that second. */
  covers(second: number): boolean {
    const { duration } = this.audio;
    return !this.#failed && !(second >= duration);
  }

  /** Whether the others must wait for it. */
  lags(second: number): boolean {
    if (!this.covers(second)) return false;
    return (
      this.#waiting || this.audio.seeking || this.audio.readyState < this.audio.HAVE_FUTURE_DATA
    );
  }
}

interface Options {
  readonly durationSeconds: number;
  readonly sounds: readonly { readonly id: string; readonly url: string }[];
}

/** Plays all tracks of a recording as one: a clock of its own leads, and every track is kept to it. */
export class Playback {
  readonly durationSeconds: number;
  readonly tracks: readonly PlaybackTrack[];
  #playing = $state(false);
  #buffering = $state(false);
  #position = $state(0);
  #rate = $state(1);
  /** The clock: where it was, and when, by the monotonic clock, it began to run from there. */
  #base = 0;
  #since: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #frame = 0;

  constructor({ durationSeconds, sounds }: Options) {
    this.durationSeconds = durationSeconds;
    this.tracks = sounds.map(({ id, url }) => new PlaybackTrack(id, url, () => this.#tend()));
  }

  get playing(): boolean {
    return this.#playing;
  }
  get buffering(): boolean {
    return this.#buffering;
  }
  /** Seconds from the start, for views; it moves with the animation frames. */
  get position(): number {
    return this.#position;
  }
  get rate(): number {
    return this.#rate;
  }
  set rate(rate: number) {
    this.#setClock(this.#now(), this.#since !== null);
    this.#rate = rate;
    for (const { audio } of this.tracks) audio.playbackRate = rate;
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.#now() >= this.durationSeconds) this.seek(0);
    this.#playing = true;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tend(), TICK_MS);
    this.#frame = requestAnimationFrame(this.#draw);
    this.#tend();
  }

  pause(): void {
    this.#setClock(this.#now(), false);
    this.#playing = false;
    this.#buffering = false;
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    for (const { audio } of this.tracks) audio.pause();
  }

  seek(second: number): void {
    const target = Math.min(this.durationSeconds, Math.max(0, second));
    this.#setClock(target, this.#since !== null);
    for (const { audio } of this.tracks) audio.currentTime = target;
    this.#tend();
  }

  /** Applies who is muted and who is alone. */
  mix(): void {
    const anySolo = this.tracks.some((track) => track.solo);
    for (const track of this.tracks) {
      track.audio.muted = track.muted || (anySolo && !track.solo);
    }
  }

  close(): void {
    this.pause();
    for (const { audio } of this.tracks) {
      audio.removeAttribute('src');
      audio.load();
    }
  }

  #now(): number {
    if (this.#since === null) return this.#base;
    const elapsedSeconds = (performance.now() - this.#since) / 1000;
    return Math.min(this.durationSeconds, this.#base + elapsedSeconds * this.#rate);
  }

  #setClock(second: number, running: boolean): void {
    this.#base = second;
    this.#since = running ? performance.now() : null;
    this.#position = second;
  }

  readonly #draw = (): void => {
    this.#position = this.#now();
    this.#frame = requestAnimationFrame(this.#draw);
  };

  #tend(): void {
    if (!this.#playing) return;
    const second = this.#now();
    if (second >= this.durationSeconds) return this.pause();
    this.#buffering = this.tracks.some((track) => track.lags(second));
    if (this.#buffering === (this.#since !== null)) this.#setClock(second, !this.#buffering);
    for (const track of this.tracks) this.#keep(track, second);
  }

  #keep(track: PlaybackTrack, second: number): void {
    const { audio } = track;
    if (!track.covers(second)) return audio.pause();
    if (this.#buffering) {
      // The one that lags goes on loading; the others wait for it where they are.
      if (!track.lags(second)) audio.pause();
      return;
    }
    if (audio.paused) audio.play().catch(() => this.pause());
    const nudged = audio.playbackRate !== this.#rate;
    const correction = correctionFor(audio.currentTime - second, this.#rate, nudged);
    if (correction.kind === 'seek') audio.currentTime = second;
    else if (correction.kind === 'rate') audio.playbackRate = correction.rate;
  }
}
