import { describe, expect, it } from 'vitest';
import { languageOf, offeredLanguages, writtenLanguages } from '#web/state/roomLanguages.ts';

const values = (options: readonly { readonly value: string }[]) => options.map((it) => it.value);

describe('the language of a room', () => {
  it('[LR1] is offered, whatever it is', () => {
    expect(offeredLanguages(null)[0]).toEqual({ value: 'es', label: 'Español' });
    expect(values(offeredLanguages('es'))).toEqual(values(offeredLanguages(null)));
    expect(offeredLanguages('nl').at(-1)).toEqual({ value: 'nl', label: 'Nederlands' });
    expect(languageOf('pt-BR')).toBe('pt');
    expect(languageOf(null)).toBeNull();
    expect(writtenLanguages('pt-BR')[0]).toEqual({ value: 'pt', label: 'PT' });
    expect(values(writtenLanguages('en-GB'))).toEqual(['es', 'en']);
  });
});
