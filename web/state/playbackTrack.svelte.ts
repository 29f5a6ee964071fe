export interface TrackOptions {
  /** Addresses of the same sound, the preferred one first. */
  readonly urls: () => readonly string[];
  /** Gets addresses that open something again, in case their ticket has run out. */
  readonly renew: () => Promise<unknown>;
  readonly onChange: () => void;
}

/** A ticket lasts for hours: what fails sooner fails for another reason. */
const RENEW_PAUSE_MS = 3_600_000;

/** One sound: a speaker's, or the mix of all. */
export class PlaybackTrack {
  readonly id: string;
  readonly audio = new Audio();
  muted = $state(false);
  solo = $state(false);
  #failed = $state(false);
  #waiting = false;
  /** How long the last jump took until it sounded, in seconds: the next one aims that far ahead. */
  #jumpSeconds = 0.06;
  #jumpedAt: number | null = null;
  readonly #options: TrackOptions;
  #tried = 0;
  #renewedMs = -Infinity;

  /** Loads nothing until it is asked to play. */
  constructor(id: string, options: TrackOptions) {
    const { onChange } = options;
    this.id = id;
    this.#options = options;
    this.audio.preload = 'none';
    this.#tryNext();
    this.audio.onerror = () => void this.#recover();
    this.audio.onwaiting = () => {
      this.#waiting = true;
      onChange();
    };
    for (const event of ['canplay', 'playing', 'seeked', 'ended'] as const) {
      this.audio.addEventListener(event, () => {
        this.#waiting = false;
        if (event === 'seeked') this.#landed();
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

  /** How far it is ahead of the clock; null while it cannot play. */
  driftAt(second: number): number | null {
    if (this.lags(second) || this.audio.paused) return null;
    return this.audio.currentTime - second;
  }

  /** Goes to a second that itself moves on while the jump is made. */
  jumpTo(second: number, rate: number): void {
    this.#jumpedAt = performance.now();
    this.audio.currentTime = second + this.#jumpSeconds * rate;
  }

  close(): void {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
  }

  #landed(): void {
    if (this.#jumpedAt === null) return;
    this.#jumpSeconds = Math.min(0.5, (performance.now() - this.#jumpedAt) / 1000);
    this.#jumpedAt = null;
  }

  async #recover(): Promise<void> {
    if (!this.#tryNext() && !(await this.#tryAnew())) this.#failed = true;
    this.#options.onChange();
  }

  /** False when no address is left. */
  #tryNext(): boolean {
    const url = this.#options.urls()[this.#tried++];
    if (url === undefined) return false;
    const { currentTime } = this.audio;
    this.audio.src = url;
    if (currentTime > 0) this.audio.currentTime = currentTime;
    return true;
  }

  async #tryAnew(): Promise<boolean> {
    if (Date.now() - this.#renewedMs < RENEW_PAUSE_MS) return false;
    this.#renewedMs = Date.now();
    this.#waiting = true;
    await this.#options.renew();
    this.#tried = 0;
    return this.#tryNext();
  }
}
