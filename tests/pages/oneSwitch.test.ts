import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { openPhrasebook, phrasebook, tap, turnTo } from '#tests/support/phrasebook.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, seesPhrase } from '#tests/support/visit.ts';

describe('taking part with one switch', () => {
  let server: ServerProcess;
  let ana: Person;

  beforeAll(async () => {
    server = await ServerProcess.start();
    ana = await Person.open();
    const room = await createRoom(server.url, 'Ensayo');
    await enterRoom(ana, roomLink(server.url, room, 'speaker'), 'Ana');
    // What somebody else sets up once.
    await openPhrasebook(ana);
    await turnTo(ana, 'Ajustes de las frases');
    await ana.page.getByLabel('Exploración automática').click();
    await ana.page.getByRole('radio', { name: '1' }).check();
    await ana.picture('phrasebook-settings');
    await expectAccessible(ana);
    await ana.page.keyboard.press('Escape');
    await phrasebook(ana).waitFor({ state: 'detached' });
  });
  afterAll(async () => {
    await ana.close();
    await server.cleanUp();
  });

  const lit = (text: string) =>
    ana.page.getByTestId('scan').locator('.lit').filter({ hasText: text }).first().waitFor();
  /** Waits for it to be lit, long enough for a hand, and presses. */
  const pressAt = async (text: string) => {
    await lit(text);
    await ana.page.waitForTimeout(260);
    await ana.page.keyboard.press('Space');
  };

  it('[PB40] opens, says a phrase and closes with the space key alone', async () => {
    const { page } = ana;
    await page.keyboard.press('Space');
    await page.getByTestId('scan').waitFor();
    await pressAt('Sonido');
    await pressAt('Se corta tu voz');
    await ana.picture('phrasebook-scan-group');
    await pressAt('Se corta tu voz');
    await seesPhrase(ana, 'Se corta tu voz');
    expect(await page.getByTestId('announcer').innerText()).toContain('Dicho: Se corta tu voz');
    await lit('Recientes');
    await ana.picture('phrasebook-scan');
    await expectAccessible(ana);
    await pressAt('Saludos');
    await pressAt('Volver a los grupos');
    await pressAt('Cerrar las frases');
    await phrasebook(ana).waitFor({ state: 'detached' });
    // And again: nothing that the switch does leads out of its reach.
    await page.keyboard.press('Space');
    await page.getByTestId('scan').waitFor();
    await page.keyboard.press('Escape');
    await phrasebook(ana).waitFor({ state: 'detached' });
  });

  it('[PB41] keeps every press to itself, but leaves a way out to whoever aims', async () => {
    const { page } = ana;
    await tap(ana, page.getByRole('main'));
    await page.getByTestId('scan').waitFor();
    await lit('Respuestas');
    // Outside of the sheet, where a tap would close it otherwise.
    await tap(ana, page.getByRole('main'));
    await lit('Sí');
    await page.getByRole('button', { name: 'Pausar la exploración' }).click();
    await page.getByRole('searchbox').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
      'Seguir explorando',
    );
    await page.keyboard.press('Space');
    await page.getByTestId('scan').waitFor();
    await page.getByRole('button', { name: 'Cerrar', exact: true }).click();
    await phrasebook(ana).waitFor({ state: 'detached' });
    expect((await ana.notes()).violations).toEqual([]);
    expect(ana.complaints).toEqual([]);
  });
});
