import { expect, it, vi } from 'vitest';

const habits = vi.hoisted(() => ({ region: '' }));
vi.mock('#web/state/preferences.svelte.ts', () => ({ preferences: habits }));
const { counted } = await import('#web/state/formats.ts');

it('[NU1] writes how many there are as the reader’s region does, four digits too', () => {
  const written = (region: string) => {
    habits.region = region;
    return [7, 3_000, 12_345].map((count) => counted(count).number);
  };
  expect(written('es-ES')).toEqual(['7', '3.000', '12.345']);
  expect(written('es-MX')).toEqual(['7', '3,000', '12,345']);
  expect(written('en-GB')).toEqual(['7', '3,000', '12,345']);
  expect(counted(3_000).count).toBe(3_000);
});
