import type { Phrase } from '#protocol';
import { wordEnd, type SpokenPhrase } from './spokenPhrase.ts';

/** How fast words light up when no voice tells where it is: characters a second. */
const CHARACTERS_PER_SECOND = 15;
const STEP_MS = 60;
const SHORTEST_MS = 1_200;
/** A voice that has not finished by then never will: Chromium sometimes forgets to say so. */
const patienceMs = (text: string) => 4_000 + text.length * 170;

export interface Saying {
  readonly finished: Promise<void>;
  stop(): void;
}

/** Something that can read a text aloud. */
export interface Voice {
  /**
   * @param request.onReached told the index of each word as it begins, where the voice knows
   * @returns null when there is no voice for the language
   */
  say(request: {
    text: string;
    language: string;
    volume: number;
    onReached: (index: number) => void;
  }): Saying | null;
}

export interface SpeechSettings {
  readonly aloud: boolean;
  /** 0 to 1. */
  readonly volume: number;
}

interface Options {
  readonly voice: Voice;
  readonly settings: (phrase: Phrase) => SpeechSettings;
  /** Told when a phrase's turn to be heard comes; not told of phrases that are only shown. */
  readonly onSpoken: (phrase: Phrase) => void;
  /** Told when a phrase was heard to its end. */
  readonly onHeard?: (phrase: Phrase) => void;
}

/** Gives arriving phrases their turn, one after another: heard where there is a voice, and lit up word by word. */
export class SpeechQueue {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  #waiting: readonly Phrase[] = [];
  #current: SpokenPhrase | null = null;
  #saying: Saying | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get current(): SpokenPhrase | null {
    return this.#current;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(phrase: Phrase): void {
    if (this.#closed) return;
    this.#waiting = [...this.#waiting, phrase];
    if (!this.#current || this.#current.finished) this.#next();
    else this.#tell();
  }

  /** Ends the phrase that is being said, and goes on with the next. */
  skip(): void {
    if (this.#current && !this.#current.finished) this.#finish(this.#current.phrase);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#quiet();
  }

  #next(): void {
    const [phrase, ...rest] = this.#waiting;
    if (!phrase || this.#closed) return;
    this.#waiting = rest;
    this.#current = { phrase, reached: 0, finished: false, voiceless: false };
    const settings = this.#options.settings(phrase);
    if (settings.aloud) this.#sayAloud(phrase, settings.volume);
    else this.#pace(phrase, this.#readingMs(phrase), () => this.#finish(phrase));
    this.#tell();
  }

  #sayAloud(phrase: Phrase, volume: number): void {
    const { text, language } = phrase;
    this.#options.onSpoken(phrase);
    let voiceKnowsItsPlace = false;
    this.#saying = this.#options.voice.say({
      text,
      language,
      volume,
      onReached: (index) => {
        voiceKnowsItsPlace = true;
        this.#reach(phrase, wordEnd(text, index));
      },
    });
    if (!this.#saying) {
      this.#current = { phrase, reached: 0, finished: false, voiceless: true };
      this.#pace(phrase, this.#readingMs(phrase), () => this.#finish(phrase));
      return;
    }
    const finish = () => this.#finish(phrase);
    this.#saying.finished.then(() => {
      if (this.#current?.phrase === phrase && !this.#current.finished) {
        this.#options.onHeard?.(phrase);
      }
      finish();
    }, finish);
    this.#pace(phrase, patienceMs(text), finish, () => voiceKnowsItsPlace);
  }

  /** Lights words up by the clock, and calls `done` after `lastsMs`. */
  #pace(phrase: Phrase, lastsMs: number, done: () => void, silent = () => false): void {
    const startedAt = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs >= lastsMs) return done();
      const estimate = Math.round((elapsedMs / 1000) * CHARACTERS_PER_SECOND);
      if (!silent()) this.#reach(phrase, Math.min(phrase.text.length, estimate));
    }, STEP_MS);
  }

  /** Shorter when others are waiting, so that what is read keeps up with what is written. */
  #readingMs(phrase: Phrase): number {
    const unhurriedMs = (phrase.text.length / CHARACTERS_PER_SECOND) * 1000 + 400;
    return Math.max(SHORTEST_MS, unhurriedMs / (1 + this.#waiting.length));
  }

  #reach(phrase: Phrase, index: number): void {
    const current = this.#current;
    if (current?.phrase !== phrase || current.finished || index <= current.reached) return;
    this.#current = { ...current, reached: index };
    this.#tell();
  }

  #finish(phrase: Phrase): void {
    if (this.#current?.phrase !== phrase || this.#current.finished) return;
    this.#quiet();
    this.#current = { ...this.#current, reached: phrase.text.length, finished: true };
    this.#next();
    this.#tell();
  }

  #quiet(): void {
    clearInterval(this.#timer);
    const saying = this.#saying;
    this.#saying = null;
    saying?.stop();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
