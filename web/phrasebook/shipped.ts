import type { PhraseGroup } from '#protocol';
import type { Locale } from '#web/paraglide/runtime.js';
import { en } from './en.ts';
import { es } from './es.ts';

/** What was just said, as far as it calls for a certain kind of answer. */
export type Cue = 'greeted' | 'thanked' | 'unheard' | 'leaving' | 'asked';
export type PartOfDay = 'morning' | 'afternoon' | 'night';

/** The phrases that Cora brings along in one language, and when which of them fit. */
export interface ShippedPhrasebook {
  readonly language: string;
  readonly groups: readonly { readonly name: string; readonly phrases: readonly string[] }[];
  /** What calls for an answer, in the order in which it is looked for; matched against folded text. */
  readonly cues: readonly { readonly cue: Cue; readonly pattern: RegExp }[];
  /** Of its phrases, the fitting ones, the best first. */
  readonly answers: Readonly<Record<Cue, readonly string[]>>;
  readonly greetings: Readonly<Record<PartOfDay, string>>;
  /** The first hour, 0 to 23, of each part of the day; the night goes on until the morning. */
  readonly hours: Readonly<Record<PartOfDay, number>>;
}

export const SHIPPED: Readonly<Record<Locale, ShippedPhrasebook>> = { es, en };

/** The book for a language tag, whatever its region; the Spanish one for what has none. */
export function shippedFor(language: string): ShippedPhrasebook {
  return language.split('-')[0] === 'en' ? en : es;
}

export function shippedGroups({ language, groups }: ShippedPhrasebook): PhraseGroup[] {
  return groups.map(({ name, phrases }) => ({
    name,
    phrases: phrases.map((text) => ({ text, language })),
  }));
}
