import { describe, expect, it } from 'vitest';
import { ERROR_CODES, ErrorBodySchema } from '#protocol';
import { CHAPTERS } from '#tests/support/protocolSchemas.ts';
import { examplesOf, readmeEntries, readmeText } from '#tests/support/readme.ts';
import * as v from 'valibot';

describe('the protocol’s README', () => {
  it.each(Object.entries(CHAPTERS))('[PR1] names every one of: %s', (chapter, schemas) => {
    expect(Object.keys(examplesOf(chapter)).toSorted()).toEqual(Object.keys(schemas).toSorted());
  });

  it.each(readmeEntries().map((entry) => [entry.name, entry] as const))(
    '[PR2] shows %s with examples that fit and are what is sent',
    (name, { chapter, examples, text }) => {
      const schemas = CHAPTERS[chapter]?.[name] ?? {};
      expect(Object.keys(examples).toSorted()).toEqual(Object.keys(schemas).toSorted());
      for (const [use, schema] of Object.entries(schemas)) {
        expect(v.parse(schema, examples[use])).toEqual(examples[use]);
      }
      expect(text).toMatch(/^[A-Z].+[.]$/s);
    },
  );

  it('[PR3] explains every error code once, and no other', () => {
    const [, errors = ''] = readmeText().split(/^## Errors$/m);
    const named = [...errors.matchAll(/^\| `([A-Z_]+)` \| \d{3} \| .+ \|$/gm)].map(
      ([, code]) => code,
    );
    expect(named.toSorted()).toEqual([...ERROR_CODES].toSorted());
    const example = /^```json\n(.*?)^```$/ms.exec(errors)?.[1] ?? '';
    expect(v.is(ErrorBodySchema, JSON.parse(example))).toBe(true);
  });
});
