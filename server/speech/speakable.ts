const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** Line ends, tabs and the like; espeak-ng would take U+0001 for a command to itself. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Shows nothing and means nothing aloud. The joiners stay: words and emoji need them. */
const UNHEARD = /[^\P{Cf}\u200c\u200d]|[\p{Cs}\p{Co}]/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/** A text as a voice is given it, and where its characters stood in the original. */
export class Speakable {
  readonly text: string;
  /** UTF-16 index in the original of each code point of `text`. */
  readonly #indexes: readonly number[];

  /** What people wrote: a picture that is repeated is said once. */
  constructor(original: string) {
    const characters: string[] = [];
    const indexes: number[] = [];
    let before = '';
    for (const { segment, index } of GRAPHEMES.segment(original)) {
      if (segment === before && PICTURE.test(segment)) continue;
      before = segment;
      let at = index;
      for (const character of segment) {
        if (!UNHEARD.test(character)) {
          characters.push(CONTROL.test(character) ? ' ' : character);
          indexes.push(at);
        }
        at += character.length;
      }
    }
    this.text = characters.join('');
    this.#indexes = indexes;
  }

  /** @param position of a code point of `text`, from 0; undefined where there is none */
  indexOf(position: number): number | undefined {
    return this.#indexes[position];
  }
}
