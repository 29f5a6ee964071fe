import { expect, it } from 'vitest';
import * as v from 'valibot';
import { PersonKeySchema } from '#protocol';
import { PersonKey } from '#web/state/personKey.ts';

const isKey = (key: string) => v.safeParse(PersonKeySchema, key).success;

function storage(): Map<string, string> & Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return Object.assign(kept, {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
}

it('[EL6] is the same person in every tab and after a reload, and another in another browser', () => {
  const browser = storage();
  const key = new PersonKey(browser).current;
  expect(isKey(key)).toBe(true);
  expect(new PersonKey(browser).current).toBe(key);
  expect(new PersonKey(storage()).current).not.toBe(key);
});

it('[EL7] is one person for the life of a page where nothing can be kept, and mends what is damaged', () => {
  const forbidden = () => {
    throw new Error('forbidden');
  };
  const page = new PersonKey({ getItem: forbidden, setItem: forbidden });
  expect(isKey(page.current)).toBe(true);
  expect(page.current).toBe(page.current);
  const browser = storage();
  browser.set('cora:person', '"short"');
  const key = new PersonKey(browser).current;
  expect(isKey(key)).toBe(true);
  expect(new PersonKey(browser).current).toBe(key);
});
