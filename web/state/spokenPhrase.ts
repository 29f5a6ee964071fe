import type { Phrase } from '#protocol';

/** A phrase that has its turn, or the last one that had it. */
export interface SpokenPhrase {
  readonly phrase: Phrase;
  /** How much of its text has been said, in UTF-16 code units. */
  readonly reached: number;
  readonly finished: boolean;
  /** It should be heard, but no voice here speaks its language. */
  readonly voiceless: boolean;
}

/** Where the word that begins at or after `index` ends. */
export function wordEnd(text: string, index: number): number {
  const space = text.indexOf(' ', index + 1);
  return space === -1 ? text.length : space;
}
