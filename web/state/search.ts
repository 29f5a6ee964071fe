/** Where a search was found in a text: half-open, in UTF-16 code units. */
export type Range = readonly [start: number, end: number];

/** Letters as a person in a hurry types them: no accents, no capitals. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * Where the words of a search are in a text, in order and without overlap, whatever their accents.
 * @returns null when one of them is missing; empty when nothing is searched for
 */
export function findWords(text: string, search: string): readonly Range[] | null {
  const words = fold(search).split(/\s+/).filter(Boolean);
  const { folded, origins } = foldWithOrigins(text);
  const found: Range[] = [];
  for (const word of words) {
    let at = folded.indexOf(word);
    if (at === -1) return null;
    for (; at !== -1; at = folded.indexOf(word, at + word.length)) {
      found.push([origins[at] ?? 0, origins[at + word.length] ?? text.length]);
    }
  }
  return withoutOverlap(found.toSorted(([a], [b]) => a - b));
}

/** A text cut at its ranges, for showing them. */
export function cutAt(text: string, ranges: readonly Range[]): { text: string; found: boolean }[] {
  const pieces: { text: string; found: boolean }[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    pieces.push({ text: text.slice(at, start), found: false });
    pieces.push({ text: text.slice(start, end), found: true });
    at = end;
  }
  pieces.push({ text: text.slice(at), found: false });
  return pieces.filter((piece) => piece.text !== '');
}

/** Folded text, and for each unit of it where in the text its character begins. */
function foldWithOrigins(text: string): { folded: string; origins: number[] } {
  let folded = '';
  const origins: number[] = [];
  let at = 0;
  for (const character of text) {
    const plain = fold(character);
    for (let unit = 0; unit < plain.length; unit++) origins.push(at);
    folded += plain;
    at += character.length;
  }
  return { folded, origins };
}

function withoutOverlap(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  for (const [start, end] of ranges) {
    const last = apart.at(-1);
    if (last && start < last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], end)];
    else apart.push([start, end]);
  }
  return apart;
}
