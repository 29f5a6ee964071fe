import type { Phrase } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { preferences } from './preferences.svelte.ts';
import type { SpokenPhrase } from './spokenPhrase.ts';

/** The phrase in the middle of the room, and how it is shown. */
export interface ShownPhrase {
  readonly phrase: Phrase;
  /** How much of its text is lit, in UTF-16 code units. */
  readonly reached: number;
  /** It is being said. */
  readonly live: boolean;
  /** Its turn is to come. */
  readonly waits: boolean;
  readonly voiceless: boolean;
}

interface Told {
  readonly spoken: SpokenPhrase | null;
  /** The one that waits for its turn, when nothing is being said. */
  readonly next: Phrase | null;
  readonly room: { readonly phrases: readonly Phrase[] };
}

/** What waits, else what is or was said; before anything was, the last phrase from before this visit. */
export function shownPhrase({ spoken, next, room }: Told): ShownPhrase | null {
  if (next) return { phrase: next, reached: 0, live: false, waits: true, voiceless: false };
  if (spoken) {
    const { phrase, reached, finished, voiceless } = spoken;
    return { phrase, reached, live: !finished, waits: false, voiceless };
  }
  const phrase = room.phrases.at(-1);
  if (!phrase) return null;
  return { phrase, reached: phrase.text.length, live: false, waits: false, voiceless: false };
}

/** What there is to know of it beside its words; empty when all is as always. */
export function shownNote(shown: ShownPhrase | null, held: boolean): string {
  if (held) return m.voice_held();
  if (shown?.waits) return m.phrase_waits_gap();
  if (!shown?.voiceless) return '';
  return m.no_voice({ language: languageName(shown.phrase.language) });
}

const languageName = (tag: string) =>
  new Intl.DisplayNames([preferences.locale], { type: 'language' }).of(tag) ?? tag;
