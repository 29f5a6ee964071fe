import * as v from 'valibot';

// Cc: control characters. The others reorder or hide text: bidirectional marks, embeddings and
// isolates (Unicode UAX 9), line and paragraph separators, the byte order mark. The zero-width
// joiners stay, because emoji and several scripts are written with them.
const UNSAFE = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** More marks on one letter than any script puts there: they would be drawn over the lines around it. */
const MARKS_BEYOND = /(\p{M}{8})\p{M}+/gu;
/** What is drawn as nothing: joiners and other formats, marks without a letter, fillers. */
const INVISIBLE = /[\p{Cf}\p{M}\p{Z}\u115f\u1160\u2800\u3164\uffa0]/gu;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a reader would count as characters: grapheme clusters (Unicode UAX 29). */
export function splitGraphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** How many of them. */
export function countGraphemes(text: string): number {
  return splitGraphemes(text).length;
}

/**
 * One line of text that is safe to show beside other people's: NFC, no control or bidirectional
 * characters, no halves of surrogate pairs, no towers of marks; nothing where there would be nothing
 * to see. What it returns, it leaves as it is.
 */
export function toPlainText(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/\s+/gu, ' ')
    .replace(UNSAFE, '')
    // What was taken out may have kept two spaces, or a letter and its accent, apart.
    .replace(/ {2,}/g, ' ')
    .trim()
    .normalize('NFC')
    .replace(MARKS_BEYOND, '$1');
  return plain.replace(INVISIBLE, '') === '' ? '' : plain;
}

/**
 * Schema of a line written by a person, normalised by `toPlainText`.
 * @param maxGraphemes limit on what a reader counts as characters
 * @param maxUnits limit on UTF-16 code units before normalising, so that counting stays cheap
 */
export function plainText(maxGraphemes: number, maxUnits: number) {
  return v.pipe(
    v.string(),
    v.maxLength(maxUnits),
    v.transform(toPlainText),
    v.minLength(1),
    // Once more: normalising can lengthen a text, to three times its length at worst.
    v.maxLength(maxUnits),
    v.check((text) => countGraphemes(text) <= maxGraphemes, `at most ${maxGraphemes} characters`),
  );
}

/**
 * Schema of a line that the server has normalised and counted already. Only its length is checked:
 * browsers count characters by other Unicode versions, and must not refuse what the server took.
 */
export function shownText(maxUnits: number) {
  return v.pipe(v.string(), v.maxLength(maxUnits));
}
