import type { SavedPhrase } from '#protocol';

/** How many phrases one's use is remembered of. */
const REMEMBERED = 60;
const RECENT = 8;

/** That a phrase of the phrasebook was said, and how often. */
export interface PhraseUse extends SavedPhrase {
  readonly count: number;
  /** The last time, in milliseconds since 1970. */
  readonly lastAt: number;
}

export const isSame = (one: SavedPhrase, other: SavedPhrase) =>
  one.text === other.text && one.language === other.language;

/** Uses after one more, the latest first. */
export function withUse(
  uses: readonly PhraseUse[],
  { text, language }: SavedPhrase,
  now: number,
): readonly PhraseUse[] {
  const before = uses.find((use) => isSame(use, { text, language }));
  const others = uses.filter((use) => use !== before);
  const use = { text, language, count: (before?.count ?? 0) + 1, lastAt: now };
  return [use, ...others].slice(0, REMEMBERED);
}

/** What was said last in a language, the latest first. */
export function recentPhrases(uses: readonly PhraseUse[], language: string): SavedPhrase[] {
  return inLanguage(uses, language)
    .slice(0, RECENT)
    .map(({ text, language: tag }) => ({ text, language: tag }));
}

/** What is said most in a language, the most frequent first. */
export function frequentTexts(uses: readonly PhraseUse[], language: string): string[] {
  return inLanguage(uses, language)
    .toSorted((one, other) => other.count - one.count || other.lastAt - one.lastAt)
    .map(({ text }) => text);
}

function inLanguage(uses: readonly PhraseUse[], language: string): readonly PhraseUse[] {
  return uses.filter((use) => use.language.split('-')[0] === language.split('-')[0]);
}
