import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'vitest';
import type { Person } from './person.ts';

/** No violation that axe calls serious or critical (WCAG 2.2 A and AA). */
export async function expectAccessible({ page }: Pick<Person, 'page'>): Promise<void> {
  await page.evaluate(standStill);
  const { violations } = await new AxeBuilder({ page: page as never }).analyze();
  await page.evaluate(() => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1);
  });
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/**
 * Runs in the page: shows everything as it will be when it has arrived. Half way between two themes,
 * or into the room, every colour is a wrong one.
 */
function standStill(): void {
  const still = new CSSStyleSheet();
  still.replaceSync(
    '*, *::before, *::after { animation: none !important; transition: none !important; }',
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
}
