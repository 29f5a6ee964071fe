import { describe, expect, it } from 'vitest';
import { PhrasebookSchema } from '#protocol';
import { SHIPPED, shippedGroups } from '#web/phrasebook/shipped.ts';
import { phraseIdea, type SaidPhrase } from '#web/state/phraseIdea.ts';
import * as v from 'valibot';

const NOW = 1_750_000_000_000;
const said = (text: string, change: Partial<SaidPhrase> = {}): SaidPhrase => ({
  ...{ text, language: 'es', mine: false, at: NOW - 5_000 },
  ...change,
});
const mine = (text: string) => said(text, { mine: true, at: NOW - 60_000 });

function idea(change: Partial<Parameters<typeof phraseIdea>[0]> = {}) {
  return phraseIdea({
    ...{ language: 'es', now: NOW, hour: 10, said: [], uses: [], proposed: [] },
    ...change,
  }).text;
}

describe('a phrase that is proposed', () => {
  it.each([
    ['es', 5, 'Buenos días'],
    ['es', 11, 'Buenos días'],
    ['es', 12, 'Buenas tardes'],
    ['es', 18, 'Buenas tardes'],
    ['es', 19, 'Buenas noches'],
    ['es', 3, 'Buenas noches'],
    ['en-GB', 9, 'Good morning'],
    ['en', 15, 'Good afternoon'],
    ['en', 18, 'Good evening'],
  ])('[PB18] greets by the hour who has not spoken yet: %s at %i', (language, hour, greeting) => {
    expect(idea({ language, hour })).toBe(greeting);
    expect(idea({ language, hour, said: [said('¡Hola a todas!')] })).toBe(greeting);
  });

  it.each([
    ['¿Empezamos?', 'Sí'],
    ['Muchas gracias por venir', 'De nada'],
    ['Perdón, no te escucho nada', 'Ahora sí te oigo'],
    ['Oigan, ¿me oyen?', 'Ahora sí te oigo'],
    ['Se corta mucho', 'Ahora sí te oigo'],
    ['Bueno, me tengo que ir', 'Hasta luego'],
    ['HOLA', '¿Cómo están?'],
  ])('[PB19] answers what was just said: %s', (heard, answer) => {
    expect(idea({ said: [mine('Buenos días'), said(heard)] })).toBe(answer);
  });

  it('[PB20] answers in one’s own language, whatever that of the question', () => {
    const before = [mine('Hello')];
    expect(idea({ language: 'en', said: [...before, said('¿Empezamos?')] })).toBe('Yes');
    const thanks = said('Thanks a lot!', { language: 'en' });
    expect(idea({ said: [...before, thanks] })).toBe('De nada');
  });

  it('[PB21] answers neither oneself nor what is long past, but is what one says most', () => {
    const uses = [
      { text: 'Ya vuelvo', language: 'es', count: 2, lastAt: NOW },
      { text: 'Te toca a ti', language: 'es', count: 5, lastAt: NOW - 9 },
      { text: 'Your turn', language: 'en', count: 9, lastAt: NOW },
    ];
    const old = said('¿Empezamos?', { at: NOW - 600_000 });
    expect(idea({ uses, said: [mine('Hola a todos'), old] })).toBe('Te toca a ti');
    expect(idea({ uses, said: [mine('¿Empezamos?')] })).toBe('Te toca a ti');
    expect(idea({ uses, said: [mine('Te toca a ti')] })).toBe('Ya vuelvo');
  });

  it('[PB22] is never the same twice in a row, nor again before all others were', () => {
    const proposed: string[] = [];
    const situation = { said: [mine('Hola a todos'), said('¿Empezamos?')] };
    for (let turn = 0; turn < 200; turn++) proposed.push(idea({ ...situation, proposed }));
    expect(proposed.slice(0, 3)).toEqual(['Sí', 'No', 'No sé']);
    expect(proposed.filter((text, index) => text === proposed[index + 1])).toEqual([]);
    const all = shippedGroups(SHIPPED.es).flatMap(({ phrases }) => phrases.map(({ text }) => text));
    // All but what one said oneself a moment ago.
    expect(new Set(proposed.slice(0, all.length - 1)).size).toBe(all.length - 1);
    expect(proposed).not.toContain('Hola a todos');
  });
});

describe('the phrases that Cora brings along', () => {
  it.each(Object.values(SHIPPED))(
    '[PB23] are a phrasebook in $language, each phrase once',
    (book) => {
      const groups = shippedGroups(book);
      expect(v.parse(PhrasebookSchema, { version: 1, groups })).toEqual({ version: 1, groups });
      const texts = groups.flatMap(({ phrases }) => phrases.map(({ text }) => text));
      expect(texts.length).toBeGreaterThanOrEqual(50);
      expect(new Set(texts).size).toBe(texts.length);
      const fitting = [...Object.values(book.answers).flat(), ...Object.values(book.greetings)];
      expect(fitting.filter((text) => !texts.includes(text))).toEqual([]);
    },
  );
});
