import type { Locator } from 'playwright-core';
import type { Person } from './person.ts';

// The phrasebook as a person uses it in Spanish.

export const phrasebook = ({ page }: Person): Locator => page.getByTestId('phrasebook');

/** Opens it with its key, and waits until phrases can be said. */
export async function openPhrasebook(person: Person): Promise<void> {
  await person.page.getByRole('button', { name: /^Frases rápidas/ }).waitFor();
  await person.page.keyboard.press('F2');
  await phrasebook(person).locator('.phrase:not([aria-disabled])').first().waitFor();
}

/** From the phrases to another page of it. */
export async function turnTo(person: Person, page: string): Promise<void> {
  await person.page.getByRole('button', { name: 'Más de las frases rápidas' }).click();
  await person.page.getByRole('menuitem', { name: page }).click();
  await person.page.getByRole('heading', { name: page }).waitFor();
}

/** Names and texts of the buttons that say something, in order. */
export function phrasesOf(person: Person): Promise<string[]> {
  return phrasebook(person).locator('.phrase').allInnerTexts();
}

/** A finger's touch in the middle of something. */
export async function tap({ page }: Person, target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error('there is nothing to touch');
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await devtools.detach();
}
