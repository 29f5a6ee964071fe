// @ts-check

/** Plays one sound at a time, the mix or one voice, and keeps its place when it changes to another. */
export class Sound {
  #audio;
  #durationSeconds;
  #onChange;
  /** @type {string[]} */
  #untried = [];
  /** Where to go on once what is being opened can tell its length; null while something is open. */
  /** @type {number | null} */
  #landing = 0;
  #rate = 1;
  playing = false;
  failed = false;

  /**
   * @param {HTMLAudioElement} audio
   * @param {number} durationSeconds of the recording
   * @param {() => void} onChange
   */
  constructor(audio, durationSeconds, onChange) {
    this.#audio = audio;
    this.#durationSeconds = durationSeconds;
    this.#onChange = onChange;
    audio.addEventListener('loadedmetadata', () => this.#landed());
    audio.addEventListener('error', () => this.#tryNext());
    audio.addEventListener('seeked', onChange);
    audio.addEventListener('ended', () => this.#stopped());
    // Also by a key of the keyboard, or when headphones are pulled out.
    audio.addEventListener('pause', () => this.#landing === null && this.#stopped());
    audio.addEventListener('play', () => this.#began());
  }

  /** Seconds from the start. */
  get position() {
    return this.#landing ?? Math.min(this.#audio.currentTime, this.#durationSeconds);
  }

  /** @param {readonly string[]} sources of the same sound, the preferred one first */
  open(sources) {
    this.#landing = this.position;
    this.#untried = [...sources];
    this.failed = false;
    this.#tryNext();
  }

  toggle() {
    if (this.playing) this.#audio.pause();
    if (this.playing) return this.#stopped();
    if (this.failed) return;
    if (this.position >= this.#durationSeconds - 0.05) this.seek(0);
    this.#began();
    if (this.#landing === null) this.#start();
  }

  /** @param {number} second */
  seek(second) {
    const target = Math.min(this.#durationSeconds, Math.max(0, second));
    if (this.#landing === null) this.#audio.currentTime = target;
    else this.#landing = target;
    this.#onChange();
  }

  /** @param {number} rate */
  setRate(rate) {
    this.#rate = rate;
    this.#audio.playbackRate = rate;
  }

  #start() {
    this.#audio.play().catch((/** @type {unknown} */ error) => {
      // Another sound that came in between is no failure; a refusal to play is.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#stopped();
    });
  }

  #tryNext() {
    const source = this.#untried.shift();
    if (source === undefined) {
      this.failed = true;
      return this.#stopped();
    }
    this.#landing = this.position;
    this.#audio.src = source;
  }

  #landed() {
    this.#audio.currentTime = this.#landing ?? 0;
    this.#landing = null;
    this.#audio.playbackRate = this.#rate;
    if (this.playing) this.#start();
    this.#onChange();
  }

  #began() {
    this.playing = true;
    this.#onChange();
  }

  #stopped() {
    this.playing = false;
    this.#onChange();
  }
}
