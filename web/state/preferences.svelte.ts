import {
  baseLocale,
  getLocale,
  isLocale,
  overwriteGetLocale,
  type Locale,
} from '#web/paraglide/runtime.js';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const PREFIX = 'cora:';

// Storage may be forbidden or full: then preferences last as long as the page.
function load(key: string): string | null {
  try {
    return globalThis.localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function save(key: string, value: string): void {
  try {
    globalThis.localStorage.setItem(PREFIX + key, value);
  } catch {
    // nothing to do
  }
}

/** What a person chose once and finds again: kept in this browser only. */
class Preferences {
  #choseLocale = load('locale') !== null;
  #locale = $state<Locale>(localeOf(load('locale')) ?? getLocale());
  #theme = $state<Theme>(THEMES.find((theme) => theme === load('theme')) ?? 'auto');
  #displayName = $state(load('name') ?? '');
  #microphoneId = $state(load('microphone') ?? '');
  #speakerId = $state(load('speaker') ?? '');
  #speaksPhrases = $state(load('speak') !== 'off');
  #noticeSounds = $state(load('notices') !== 'off');
  #tellsArrivals = $state(load('notices-arrivals') !== 'off');
  #tellsHands = $state(load('notices-hands') !== 'off');
  #tellsRecording = $state(load('notices-recording') !== 'off');
  #pushToTalk = $state(load('push-to-talk') !== 'off');
  #letterKeys = $state(load('letters') !== 'off');
  #phraseVolume = $state(clamp01(Number(load('volume') ?? '1')));

  get locale(): Locale {
    return this.#locale;
  }
  set locale(locale: string) {
    this.#locale = isLocale(locale) ? locale : baseLocale;
    this.#choseLocale = true;
    save('locale', this.#locale);
  }

  /**
   * The language of where one is, for who never chose one of their own.
   * @param tag of RFC 5646; one without words here, or null, changes nothing
   */
  suggestLocale(tag: string | null): void {
    const locale = localeOf(tag);
    if (locale && !this.#choseLocale) this.#locale = locale;
  }

  /** The browser's own tag of the chosen language, whose habits of writing dates and times it follows. */
  get region(): string {
    const { languages } = globalThis.navigator;
    return languages.find((tag) => tag.split('-')[0] === this.#locale) ?? this.#locale;
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    save('theme', theme);
  }

  get displayName(): string {
    return this.#displayName;
  }
  set displayName(name: string) {
    this.#displayName = name;
    save('name', name);
  }

  /** Empty for the browser's default. */
  get microphoneId(): string {
    return this.#microphoneId;
  }
  set microphoneId(id: string) {
    this.#microphoneId = id;
    save('microphone', id);
  }

  /** Where sound comes out; empty for the browser's default. */
  get speakerId(): string {
    return this.#speakerId;
  }
  set speakerId(id: string) {
    this.#speakerId = id;
    save('speaker', id);
  }

  /** Whether phrases are read aloud here. */
  get speaksPhrases(): boolean {
    return this.#speaksPhrases;
  }
  set speaksPhrases(speaks: boolean) {
    this.#speaksPhrases = speaks;
    save('speak', speaks ? 'on' : 'off');
  }

  /** Whether a sound goes with what one is told of. */
  get noticeSounds(): boolean {
    return this.#noticeSounds;
  }
  set noticeSounds(sounds: boolean) {
    this.#noticeSounds = sounds;
    save('notices', sounds ? 'on' : 'off');
  }

  /** Whether one is told, by sound and words, who comes in. */
  get tellsArrivals(): boolean {
    return this.#tellsArrivals;
  }
  set tellsArrivals(tells: boolean) {
    this.#tellsArrivals = tells;
    save('notices-arrivals', tells ? 'on' : 'off');
  }

  /** Whether a moderator is told who raises a hand. */
  get tellsHands(): boolean {
    return this.#tellsHands;
  }
  set tellsHands(tells: boolean) {
    this.#tellsHands = tells;
    save('notices-hands', tells ? 'on' : 'off');
  }

  /** Whether one is told that a recording starts, stops or is paused; of a question there is always word. */
  get tellsRecording(): boolean {
    return this.#tellsRecording;
  }
  set tellsRecording(tells: boolean) {
    this.#tellsRecording = tells;
    save('notices-recording', tells ? 'on' : 'off');
  }

  /** Whether the microphone is open for as long as the space bar is held. */
  get pushToTalk(): boolean {
    return this.#pushToTalk;
  }
  set pushToTalk(on: boolean) {
    this.#pushToTalk = on;
    save('push-to-talk', on ? 'on' : 'off');
  }

  /** Whether single letters are shortcuts: not for those who speak to their computer. */
  get letterKeys(): boolean {
    return this.#letterKeys;
  }
  set letterKeys(on: boolean) {
    this.#letterKeys = on;
    save('letters', on ? 'on' : 'off');
  }

  /** 0 to 1. */
  get phraseVolume(): number {
    return this.#phraseVolume;
  }
  set phraseVolume(volume: number) {
    this.#phraseVolume = clamp01(volume);
    save('volume', String(this.#phraseVolume));
  }
}

function localeOf(tag: string | null): Locale | null {
  const language = tag?.split('-')[0]?.toLowerCase();
  return isLocale(language) ? language : null;
}

function clamp01(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1;
}

export const preferences = new Preferences();

// Every message function asks for the locale, so reading it from a rune is enough to make a
// change of language reach all words on screen without loading the page (and losing the room).
overwriteGetLocale(() => preferences.locale);
