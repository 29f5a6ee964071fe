import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'vitest';
import type { Person } from './person.ts';

/** No violation that axe calls serious or critical (WCAG 2.2 A and AA). */
export async function expectAccessible({ page }: Person): Promise<void> {
  // Half way between two themes every colour is a wrong one.
  await page.evaluate(async () => {
    const changes = document.getAnimations().filter((it) => it instanceof CSSTransition);
    await Promise.allSettled(changes.map(({ finished }) => finished));
  });
  const { violations } = await new AxeBuilder({ page: page as never }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(grave.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
