import { describe, expect, it } from 'vitest';
import { PHRASE_MAX_GRAPHEMES, PhrasebookSchema, type Phrasebook } from '#protocol';
import * as v from 'valibot';

const phrases = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: `frase ${String(index)}`, language: 'es' }));

const book = (...counts: number[]): Phrasebook => ({
  version: 1,
  groups: counts.map((count, index) => ({ name: `g${String(index)}`, phrases: phrases(count) })),
});

const with1 = (change: object) => ({
  version: 1,
  groups: [{ name: 'Sí', phrases: [{ text: 'Sí', language: 'es', ...change }] }],
});

describe('a phrasebook', () => {
  it('[PB1] takes what it says: 30 groups, 60 phrases in each and 300 in all', () => {
    expect(v.is(PhrasebookSchema, book())).toBe(true);
    expect(v.is(PhrasebookSchema, book(0))).toBe(true);
    expect(v.is(PhrasebookSchema, book(60, 60, 60, 60, 60))).toBe(true);
    expect(v.is(PhrasebookSchema, book(...Array<number>(30).fill(10)))).toBe(true);
    expect(v.is(PhrasebookSchema, book(61))).toBe(false);
    expect(v.is(PhrasebookSchema, book(60, 60, 60, 60, 60, 1))).toBe(false);
    expect(v.is(PhrasebookSchema, book(...Array<number>(31).fill(1)))).toBe(false);
  });

  it('[PB2] has texts that can be said as they are, and names that fit a button', () => {
    const clean = v.parse(PhrasebookSchema, with1({ text: '  ¿Me \u202e  oyes?\u200b ' }));
    expect(clean.groups[0]?.phrases[0]?.text).toBe('¿Me oyes?');
    expect(v.is(PhrasebookSchema, with1({ text: 'a'.repeat(PHRASE_MAX_GRAPHEMES) }))).toBe(true);
    expect(v.is(PhrasebookSchema, with1({ text: 'a'.repeat(PHRASE_MAX_GRAPHEMES + 1) }))).toBe(
      false,
    );
    expect(v.is(PhrasebookSchema, with1({ text: ' \u200b ' }))).toBe(false);
    expect(v.is(PhrasebookSchema, with1({ language: 'español' }))).toBe(false);
    const named = (name: string) => ({ version: 1, groups: [{ name, phrases: [] }] });
    expect(v.is(PhrasebookSchema, named('á'.repeat(40)))).toBe(true);
    expect(v.is(PhrasebookSchema, named('á'.repeat(41)))).toBe(false);
    expect(v.is(PhrasebookSchema, named(''))).toBe(false);
  });

  it('[PB3] is nothing else: another version, a key too many, a list', () => {
    for (const other of [
      { ...book(1), version: 2 },
      { ...book(1), owner: 'me' },
      with1({ said: 3 }),
      [book(1)],
      null,
      'x',
    ]) {
      expect(v.is(PhrasebookSchema, other)).toBe(false);
    }
  });
});
