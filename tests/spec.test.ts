import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allTests, specIds } from '#tests/support/spec.ts';

const idOf = (name: string | null) => /^\[([A-Z]{2}\d+)\] \S/.exec(name ?? '')?.[1];

describe('the rules', () => {
  const rules = specIds();
  const tests = allTests();

  it('[SP1] each have an id of their own and a test', () => {
    expect(rules.length).toBeGreaterThan(150);
    expect(rules.filter((id, index) => rules.indexOf(id) !== index)).toEqual([]);
    const tested = new Set(tests.map(({ name }) => idOf(name)));
    expect(rules.filter((id) => !tested.has(id))).toEqual([]);
  });

  it('[SP2] cover every test, of which none is skipped or alone', () => {
    expect(tests.length).toBeGreaterThan(150);
    const known = new Set(rules);
    const strangers = tests.filter(({ name }) => !known.has(idOf(name) ?? ''));
    expect(strangers.map(({ file, name }) => `${file}: ${String(name)}`)).toEqual([]);
    const set = tests.filter(({ modifiers }) => modifiers.length > 0);
    expect(set.map(({ file, name, modifiers }) => [file, name, modifiers])).toEqual([]);
  });

  it('[SP3] are what the page about OWASP ASVS shows its requirements by', () => {
    const page = readFileSync(new URL('./ASVS.md', import.meta.url), 'utf8');
    const requirements = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| .+ \| (.+) \|$/gm)];
    expect(requirements).toHaveLength(16);
    const named = requirements.flatMap(([, , by = '']) => by.match(/\b[A-Z]{2}\d+\b/g) ?? []);
    expect(named.filter((id) => !rules.includes(id))).toEqual([]);
  });
});
