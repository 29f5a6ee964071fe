import { describe, expect, it } from 'vitest';
import {
  PhraseDraftSchema,
  RoomNameSchema,
  countGraphemes,
  roomInPhrase,
  toPlainText,
} from '#protocol';
import { draft } from '#tests/support/builders.ts';
import * as v from 'valibot';

const FAMILY = '👨‍👩‍👧‍👦';
const textOf = (text: string) => {
  const parsed = v.safeParse(PhraseDraftSchema, draft({ text }));
  return parsed.success ? parsed.output.text : null;
};

describe('text that people write', () => {
  it('[TX1] counts as a reader does: an emoji of seven code points is one', () => {
    expect(countGraphemes(FAMILY)).toBe(1);
    expect(countGraphemes('ñandú')).toBe(5);
    expect(countGraphemes('e\u0301a\u0300')).toBe(2);
  });

  it('[TX2] takes 1 to 280 characters, of whatever width', () => {
    expect(textOf('')).toBeNull();
    expect(textOf('  \n ')).toBeNull();
    expect(textOf('a')).toBe('a');
    expect(textOf('ñ'.repeat(280))).toBe('ñ'.repeat(280));
    expect(textOf('ñ'.repeat(281))).toBeNull();
    expect(textOf('👋🏽'.repeat(280))).toBe('👋🏽'.repeat(280));
    expect(textOf('👋🏽'.repeat(281))).toBeNull();
  });

  it('[TX10] takes at most 1,120 code units, and says how much room is left by both limits', () => {
    expect(textOf(FAMILY.repeat(101))).toBe(FAMILY.repeat(101));
    expect(textOf(FAMILY.repeat(102))).toBeNull();
    const texts = ['', ' a ', 'a'.repeat(280), 'a'.repeat(283)];
    expect(texts.map(roomInPhrase)).toEqual([280, 279, 0, -3]);
    const families = [100, 101, 102, 281].map((count) => FAMILY.repeat(count));
    expect(families.map(roomInPhrase)).toEqual([20, 9, -1, -180]);
  });

  it('[TX3] refuses a text that hides thousands of marks in few characters', () => {
    expect(textOf(`a${'\u0301'.repeat(2_000)}`)).toBeNull();
  });

  it('[TX11] leaves no more marks on a letter than a script puts there', () => {
    expect(textOf(`a${'\u0308'.repeat(1_000)}b`)).toBe(`ä${'\u0308'.repeat(8)}b`);
    const vietnamese = 'Tiếng Việt ỗ';
    expect(textOf(vietnamese.normalize('NFD'))).toBe(vietnamese);
  });

  it('[TX12] refuses what nobody would see', () => {
    for (const unseen of [
      '\u200d',
      '\u200c \u2060',
      '\u00ad',
      '\u3164',
      '\u0301\u0302',
      '\u2800',
    ]) {
      expect(textOf(unseen), `U+${unseen.charCodeAt(0).toString(16)}`).toBeNull();
    }
    expect(textOf('❤️')).toBe('❤️');
    expect(textOf('…')).toBe('…');
  });

  it('[TX4] brings text to NFC', () => {
    expect(textOf('man\u0303ana')).toBe('mañana');
  });

  it('[TX5] takes out what controls or reorders, and keeps what joins', () => {
    const controls = ['\u0000', '\u0007', '\u001b', '\u007f', '\u009f'];
    const marks = [...'\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'];
    for (const unsafe of [...controls, ...marks, '\u061c', '\ufeff']) {
      const text = textOf(`a${unsafe}b`);
      expect(text, `U+${unsafe.charCodeAt(0).toString(16)}`).toMatch(/^a ?b$/);
    }
    expect(textOf(FAMILY)).toBe(FAMILY);
  });

  it('[TX6] makes one line of several, with single spaces', () => {
    expect(toPlainText('  uno\r\n\tdos\u2028tres\u00a0cuatro  ')).toBe('uno dos tres cuatro');
  });

  it('[TX7] leaves text that is safe already as it is', () => {
    const texts = ['a\u200b b', 'x\u202e\ny', ' \ufeff z', 'e\u200e\u0301 \u2069 \u0000 w'];
    for (const text of texts) {
      const once = toPlainText(text);
      expect(toPlainText(once)).toBe(once);
      expect(once.normalize('NFC')).toBe(once);
      expect(once).not.toMatch(/^\s|\s$|\s\s/u);
    }
  });

  it('[TX9] replaces half a surrogate pair, which no file could hold', () => {
    expect(textOf('a\ud83db')).toBe('a\ufffdb');
  });

  it('[TX8] refuses a name that is nothing once cleaned', () => {
    expect(v.is(RoomNameSchema, 'Coro')).toBe(true);
    expect(v.is(RoomNameSchema, '\u202e\u200b \u2066')).toBe(false);
  });
});
