import { correctionFor, mayTakeOver } from './drift.ts';
import { PlaybackTrack } from './playbackTrack.svelte.ts';

/** How often sounds are compared with the clock. */
const TICK_MS = 100;
/** After this a change of voices is made as it is: what loads slowly is then waited for. */
const TAKEOVER_PATIENCE_MS = 4_000;

interface Options {
  readonly durationSeconds: number;
  readonly sounds: readonly { readonly id: string; readonly path: string }[];
  /** Paths of the mix, the preferred one first; none when there is no mix. */
  readonly mix: readonly string[];
  /** A file's address, as it is at this moment. */
  readonly address: (path: string) => string;
  /** Gets a new ticket for the addresses. */
  readonly renew: () => Promise<unknown>;
  /** Where to begin, in seconds. */
  readonly startAt?: number;
}

/**
 * Plays a recording: its mix, or all of its tracks as one while somebody is muted or heard alone. A
 * clock of its own leads, and everything that sounds is kept to it.
 */
export class Playback {
  readonly durationSeconds: number;
  readonly tracks: readonly PlaybackTrack[];
  readonly #mix: PlaybackTrack | null;
  #playing = $state(false);
  #buffering = $state(false);
  #position = $state(0);
  #rate = $state(1);
  /** What is heard, and what is being started behind it to be heard next. */
  #heard: readonly PlaybackTrack[];
  #next: readonly PlaybackTrack[] | null = null;
  #nextSince = 0;
  /** The clock: where it was, and when, by the monotonic clock, it began to run from there. */
  #base = 0;
  #since: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #frame = 0;

  constructor({ durationSeconds, sounds, mix, address, renew, startAt = 0 }: Options) {
    this.durationSeconds = durationSeconds;
    const onChange = () => this.#tend();
    const track = (id: string, paths: readonly string[]) =>
      new PlaybackTrack(id, { urls: () => paths.map(address), renew, onChange });
    this.tracks = sounds.map(({ id, path }) => track(id, [path]));
    this.#mix = mix.length > 0 ? track('mix', mix) : null;
    this.#heard = this.#mix ? [this.#mix] : this.tracks;
    this.seek(startAt);
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
    for (const { audio } of this.#sounding()) audio.playbackRate = rate;
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.#now() >= this.durationSeconds) this.seek(0);
    this.#playing = true;
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
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
    for (const { audio } of this.#sounding()) audio.pause();
    if (this.#next) this.#takeOver(this.#next);
  }

  seek(second: number): void {
    const target = Math.min(this.durationSeconds, Math.max(0, second));
    this.#setClock(target, this.#since !== null);
    for (const { audio } of this.#sounding()) audio.currentTime = target;
    this.#tend();
  }

  /** Applies who is muted and who is alone. */
  mix(): void {
    this.#applyMutes();
    const asTracks = !this.#mix || this.tracks.some((track) => track.muted || track.solo);
    const wanted = asTracks || !this.#mix ? this.tracks : [this.#mix];
    if (wanted[0] === this.#heard[0]) {
      this.#quietNext();
      return;
    }
    if (!this.#playing) return this.#takeOver(wanted);
    if (wanted[0] === this.#next?.[0]) return;
    this.#next = wanted;
    this.#nextSince = performance.now();
    for (const track of wanted) {
      track.audio.muted = true;
      track.audio.playbackRate = this.#rate;
      track.jumpTo(this.#now(), this.#rate);
    }
    this.#tend();
  }

  close(): void {
    this.#next = null;
    this.pause();
    for (const track of this.tracks) track.close();
    this.#mix?.close();
  }

  #sounding(): readonly PlaybackTrack[] {
    return this.#next ? [...this.#heard, ...this.#next] : this.#heard;
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
    // A mix that cannot be loaded is made of its tracks.
    if (this.#mix?.failed && this.#heard[0] === this.#mix) this.#takeOver(this.tracks);
    const second = this.#now();
    if (second >= this.durationSeconds) return this.pause();
    this.#buffering = this.#heard.some((track) => track.lags(second));
    if (this.#buffering === (this.#since !== null)) this.#setClock(second, !this.#buffering);
    for (const track of this.#heard) this.#keep(track, second);
    this.#tendNext(second);
  }

  #keep(track: PlaybackTrack, second: number): void {
    const { audio } = track;
    if (!track.covers(second)) return audio.pause();
    if (this.#buffering) {
      // The one that lags goes on loading; the others wait for it where they are.
      if (!track.lags(second)) audio.pause();
      else if (audio.paused) this.#start(audio);
      return;
    }
    if (audio.paused) this.#start(audio);
    const nudged = audio.playbackRate !== this.#rate;
    const correction = correctionFor(audio.currentTime - second, this.#rate, nudged);
    if (correction.kind === 'seek') audio.currentTime = second;
    else if (correction.kind === 'rate') audio.playbackRate = correction.rate;
  }

  #start(audio: HTMLAudioElement): void {
    audio.play().catch((error: unknown) => {
      // A pause or another address that came in between is no failure; a refusal to play is.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.pause();
    });
  }

  #tendNext(second: number): void {
    const next = this.#next;
    if (!next) return;
    const sounding = next.filter((track) => track.covers(second));
    for (const track of sounding) {
      if (track.audio.paused) this.#start(track.audio);
      const drift = track.driftAt(second);
      if (drift !== null && !mayTakeOver([drift])) track.jumpTo(second, this.#rate);
    }
    const waitedMs = performance.now() - this.#nextSince;
    const isReady = mayTakeOver(sounding.map((track) => track.driftAt(second)));
    if (isReady || waitedMs > TAKEOVER_PATIENCE_MS) this.#takeOver(next);
  }

  #takeOver(sounds: readonly PlaybackTrack[]): void {
    const before = this.#heard;
    this.#heard = sounds;
    this.#next = null;
    this.#applyMutes();
    for (const { audio } of before) if (before !== sounds) audio.pause();
    if (this.#playing) return;
    for (const { audio } of sounds) {
      audio.currentTime = this.#base;
      audio.playbackRate = this.#rate;
    }
  }

  /** What was being started is not wanted any more. */
  #quietNext(): void {
    for (const { audio } of this.#next ?? []) audio.pause();
    this.#next = null;
  }

  #applyMutes(): void {
    const isMix = this.#heard[0] === this.#mix;
    const anySolo = this.tracks.some((track) => track.solo);
    if (this.#mix) this.#mix.audio.muted = !isMix;
    for (const track of this.tracks) {
      track.audio.muted = isMix || track.muted || (anySolo && !track.solo);
    }
  }
}
