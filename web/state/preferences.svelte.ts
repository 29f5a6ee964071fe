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
  #locale = $state<Locale>(getLocale());
  #theme = $state<Theme>(THEMES.find((theme) => theme === load('theme')) ?? 'auto');
  #displayName = $state(load('name') ?? '');
  #microphoneId = $state(load('microphone') ?? '');
  #speakerId = $state(load('speaker') ?? '');
  #speaksPhrases = $state(load('speak') !== 'off');
  #noticeSounds = $state(load('notices') !== 'off');
  #letterKeys = $state(load('letters') !== 'off');
  #phraseVolume = $state(clamp01(Number(load('volume') ?? '1')));

  get locale(): Locale {
    return this.#locale;
  }
  set locale(locale: string) {
    this.#locale = isLocale(locale) ? locale : baseLocale;
    save('locale', this.#locale);
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

  /** Whether a sound marks that a recording starts, stops or is paused. */
  get noticeSounds(): boolean {
    return this.#noticeSounds;
  }
  set noticeSounds(sounds: boolean) {
    this.#noticeSounds = sounds;
    save('notices', sounds ? 'on' : 'off');
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

function clamp01(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 1;
}

export const preferences = new Preferences();

// Every message function asks for the locale, so reading it from a rune is enough to make a
// change of language reach all words on screen without loading the page (and losing the room).
overwriteGetLocale(() => preferences.locale);
