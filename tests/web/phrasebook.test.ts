import { describe, expect, it } from 'vitest';
import { PhrasebookSchema, type Phrasebook } from '#protocol';
import { SHIPPED, shippedGroups } from '#web/phrasebook/shipped.ts';
import { gridMove } from '#web/state/gridKeys.ts';
import { KeptJson } from '#web/state/keptJson.ts';
import * as edits from '#web/state/phrasebookEdits.ts';
import { fitsRequest, phrasebookFile, readPhrasebookFile } from '#web/state/phrasebookFile.ts';
import { phraseSections, searchSections } from '#web/state/phraseSections.ts';
import { frequentTexts, recentPhrases, withUse, type PhraseUse } from '#web/state/phraseUses.ts';

const es = (text: string) => ({ text, language: 'es' });
const book = (...groups: [string, ...string[]][]): Phrasebook => ({
  version: 1,
  groups: groups.map(([name, ...texts]) => ({ name, phrases: texts.map(es) })),
});
const shown = ({ groups }: Phrasebook) =>
  groups.map(({ name, phrases }) => [name, ...phrases.map(({ text }) => text)]);

describe('one’s own phrasebook', () => {
  const mine = book(['Casa', 'uno', 'dos', 'tres'], ['Coro']);

  it('[PB24] takes phrases and groups, changes them, moves them and lets them go', () => {
    const added = edits.addPhrase(edits.addGroup(mine, 'Otro'), 2, es('nuevo'));
    expect(shown(added)).toEqual([['Casa', 'uno', 'dos', 'tres'], ['Coro'], ['Otro', 'nuevo']]);
    const at = { group: 0, phrase: 1 };
    expect(shown(edits.changePhrase(mine, at, es('DOS')))[0]).toEqual([
      'Casa',
      'uno',
      'DOS',
      'tres',
    ]);
    expect(shown(edits.movePhrase(mine, at, -1))[0]).toEqual(['Casa', 'dos', 'uno', 'tres']);
    expect(shown(edits.movePhrase(mine, at, 9))[0]).toEqual(['Casa', 'uno', 'tres', 'dos']);
    expect(shown(edits.removePhrase(mine, at))[0]).toEqual(['Casa', 'uno', 'tres']);
    expect(shown(edits.renameGroup(mine, 1, 'Voces'))[1]).toEqual(['Voces']);
    expect(shown(edits.moveGroup(mine, 1, -1))).toEqual([['Coro'], ['Casa', 'uno', 'dos', 'tres']]);
    expect(shown(edits.removeGroup(mine, 0))).toEqual([['Coro']]);
    expect(shown(mine)).toEqual([['Casa', 'uno', 'dos', 'tres'], ['Coro']]);
  });

  it('[PB25] takes no more than fits, and says of what there is too much', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => `f${String(index)}`);
    const full = book(['a', ...many(60)], ['b', ...many(59)]);
    expect([edits.fullnessOf(full, 0), edits.fullnessOf(full, 1)]).toEqual(['group', null]);
    expect(edits.addPhrase(full, 0, es('x'))).toBe(full);
    const whole = book(...['a', 'b', 'c', 'd', 'e'].map((g) => [g, ...many(60)] as [string]), [
      'f',
    ]);
    expect(edits.fullnessOf(whole, 5)).toBe('book');
    const groups = book(...many(30).map((name) => [name] as [string]));
    expect(edits.addGroup(groups, 'x')).toBe(groups);
  });

  it('[PB26] is merged with another one: same groups become one, and no phrase stands twice', () => {
    const other = book(['Coro', 'la', 'si'], ['Casa', 'dos', 'cuatro', 'dos'], ['Nuevo', 'sol']);
    const { book: both, leftOut } = edits.merge(mine, other);
    expect(shown(both)).toEqual([
      ['Casa', 'uno', 'dos', 'tres', 'cuatro'],
      ['Coro', 'la', 'si'],
      ['Nuevo', 'sol'],
    ]);
    expect(leftOut).toBe(0);
    const many = Array.from({ length: 60 }, (_, index) => `f${String(index)}`);
    const crowded = edits.merge(mine, book(['Casa', ...many], ['Coro', 'la']));
    expect([crowded.leftOut, edits.countPhrases(crowded.book)]).toEqual([3, 61]);
  });

  it('[PB27] goes into a file and comes back as it was; a bad file is told apart', async () => {
    expect(await readPhrasebookFile(phrasebookFile(mine))).toEqual({ book: mine });
    const fault = async (content: string) => readPhrasebookFile(new Blob([content]));
    expect(await fault('{"version":1,')).toEqual({ fault: 'broken' });
    expect(await fault('[]')).toEqual({ fault: 'other' });
    expect(await fault(JSON.stringify({ ...mine, version: 2 }))).toEqual({ fault: 'other' });
    expect(await fault(' '.repeat(300_000))).toEqual({ fault: 'large' });
    expect(fitsRequest(mine)).toBe(true);
    const long = Array.from({ length: 60 }, (_, index) => `${String(index)}${'á'.repeat(270)}`);
    expect(fitsRequest(book(['a', ...long], ['b', ...long]))).toBe(false);
  });

  it('[PB28] is kept in the browser; what is damaged is set aside, and nothing is lost by it', () => {
    const stored = new Map<string, string>();
    const storage = {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    };
    const fallback = edits.EMPTY_PHRASEBOOK;
    const kept = new KeptJson({ key: 'k', schema: PhrasebookSchema, fallback, storage });
    expect(kept.load()).toBe(fallback);
    expect(kept.save(mine)).toBe(true);
    expect(kept.load()).toEqual(mine);
    for (const damage of ['{"version":1,"gro', '{"version":7}', 'null', '3']) {
      stored.set('k', damage);
      expect(kept.load()).toBe(fallback);
      expect(stored.get('k:damaged')).toBe(damage);
    }
    const full = {
      getItem: () => {
        throw new Error('no');
      },
      setItem: () => {
        throw new Error('full');
      },
    };
    const none = new KeptJson({ key: 'k', schema: PhrasebookSchema, fallback, storage: full });
    expect([none.load(), none.save(mine)]).toEqual([fallback, false]);
  });
});

describe('what the phrasebook shows', () => {
  const uses = ['No', 'Sí', 'No'].reduce<readonly PhraseUse[]>(
    (before, text, index) => withUse(before, es(text), index),
    withUse([], { text: 'Yes', language: 'en' }, 0),
  );

  it('[PB29] begins with what was said last in that language', () => {
    expect(recentPhrases(uses, 'es')).toEqual([es('No'), es('Sí')]);
    expect(recentPhrases(uses, 'en-US').map(({ text }) => text)).toEqual(['Yes']);
    expect(frequentTexts(uses, 'es')).toEqual(['No', 'Sí']);
    const many = Array.from({ length: 100 }, (_, index) => es(String(index)));
    const remembered = many.reduce<readonly PhraseUse[]>((all, it) => withUse(all, it, 0), []);
    expect([remembered.length, recentPhrases(remembered, 'es')[0]?.text]).toEqual([60, '99']);
  });

  const sections = phraseSections({
    recent: { name: 'Recientes', phrases: recentPhrases(uses, 'es') },
    room: book(['Ensayo', 'Desde el compás doce']).groups,
    own: book(['Vacío'], ['Mías', 'Sí', 'Mañana te llamo']).groups,
    shipped: shippedGroups(SHIPPED.es),
  });

  it('[PB30] has the room’s groups before one’s own and Cora’s, and none that is empty', () => {
    const names = sections.map(({ kind, name }) => `${kind} ${name}`);
    expect(names.slice(0, 4)).toEqual([
      'recent Recientes',
      'room Ensayo',
      'own Mías',
      'shipped Respuestas',
    ]);
    expect(new Set(sections.map(({ id }) => id)).size).toBe(sections.length);
  });

  it('[PB31] is searched whatever the accents, across all groups, each phrase once', () => {
    const find = (search: string) =>
      searchSections(sections, search).map(({ name, phrases }) => [
        name,
        ...phrases.map(({ text }) => text),
      ]);
    expect(find('COMPAS doce')).toEqual([['Ensayo', 'Desde el compás doce']]);
    expect(find('mañana')).toEqual([['Mías', 'Mañana te llamo']]);
    expect(
      find('si')
        .flat()
        .filter((text) => text === 'Sí'),
    ).toHaveLength(1);
    expect(find('cortesia')[0]).toContain('De nada');
    expect(find('zzz')).toEqual([]);
  });

  it('[PB32] is gone through with arrows, however many columns it has', () => {
    // Two columns, the last row half full.
    const places = [0, 1, 2, 3, 4].map((index) => ({
      left: (index % 2) * 100,
      top: Math.floor(index / 2) * 60,
    }));
    const go = (key: string, at: number) => gridMove(key, at, places);
    expect([go('ArrowDown', 0), go('ArrowDown', 1), go('ArrowDown', 3)]).toEqual([2, 3, 4]);
    expect([go('ArrowUp', 4), go('ArrowUp', 3), go('ArrowUp', 1)]).toEqual([2, 1, 'before']);
    expect([go('ArrowLeft', 2), go('ArrowLeft', 0), go('ArrowRight', 4)]).toEqual([1, 0, 4]);
    expect([go('Home', 3), go('End', 0), go('ArrowDown', 4)]).toEqual([0, 4, 4]);
    expect([go('a', 0), gridMove('End', 0, [])]).toEqual([null, null]);
  });
});
