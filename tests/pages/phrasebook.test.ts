import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { PHONE, Person } from '#tests/support/person.ts';
import { openPhrasebook, phrasebook, phrasesOf, tap, turnTo } from '#tests/support/phrasebook.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink, seesPhrase } from '#tests/support/visit.ts';

describe('the phrasebook in a room', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto]: Person[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Ensayo del martes');
    [ana, beto] = await Promise.all([Person.open(), Person.open()]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
  });
  afterAll(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await server.cleanUp();
  });
  beforeEach(async () => {
    for (let tries = 0; tries < 3 && (await isOpen()); tries++) {
      await ana!.page.keyboard.press('Escape');
      await ana!.page.waitForTimeout(300);
    }
  });

  const isOpen = () => phrasebook(ana!).isVisible();
  const isShut = () => phrasebook(ana!).waitFor({ state: 'detached' });
  const composer = () => ana!.page.getByLabel('Escribe una frase', { exact: true });
  const focused = () => ana!.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');

  it('[PB33] opens with a key from anywhere, and a phrase is found and said by keyboard alone', async () => {
    const { page } = ana!;
    await composer().fill('Iba a escribir');
    await openPhrasebook(ana!);
    await ana!.picture('phrasebook');
    await page.keyboard.type('trombón');
    expect(await phrasesOf(ana!)).toEqual([]);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('puedés REPE');
    expect(await phrasesOf(ana!)).toEqual(['¿Puedes repetirlo?']);
    await ana!.picture('phrasebook-search');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('¿Puedes repetirlo?');
    await page.keyboard.press('Enter');
    await isShut();
    await seesPhrase(beto!, '¿Puedes repetirlo?');
    expect(await page.getByTestId('announcer').innerText()).toContain('Dicho: ¿Puedes repetirlo?');
    // Back where one was, with what one was writing.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
    expect(await composer().inputValue()).toBe('Iba a escribir');
    await openPhrasebook(ana!);
    expect(await phrasesOf(ana!)).toEqual(['¿Puedes repetirlo?']);
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown']) {
      await page.keyboard.press(key);
    }
    expect(await focused()).toBe('De acuerdo');
    await page.keyboard.press('End');
    expect(await focused()).toBe('Exacto');
    await page.keyboard.press('Enter');
    await seesPhrase(beto!, 'Exacto');
  });

  it('[PB34] opens with a slash where nothing is being written', async () => {
    const { page } = ana!;
    await composer().fill('sí');
    await page.keyboard.press('/');
    expect([await isOpen(), await composer().inputValue()]).toEqual([false, 'sí/']);
    await composer().fill('');
    await page.keyboard.press('/');
    await phrasebook(ana!).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
  });

  it('[PB35] says a phrase with two taps on a phone, and stays open for who wants it to', async () => {
    const { page } = ana!;
    await page.setViewportSize(PHONE);
    const open = page.getByRole('button', { name: /^Frases rápidas/ });
    await tap(ana!, open);
    const phrase = (text: string) => page.getByRole('button', { name: text, exact: true });
    await page.getByRole('tab', { name: 'Sonido' }).click();
    for (const button of await phrasebook(ana!).locator('.phrase').all()) {
      const box = await button.boundingBox();
      expect(box!.height).toBeGreaterThanOrEqual(56);
      expect(box!.x + box!.width).toBeLessThanOrEqual(PHONE.width);
    }
    await tap(ana!, phrase('No te oigo'));
    await seesPhrase(beto!, 'No te oigo');
    await isShut();
    await tap(ana!, open);
    await page.getByLabel('Dejar abierto').click();
    await page.getByRole('tab', { name: 'Respuestas' }).click();
    await tap(ana!, phrase('Sí'));
    await tap(ana!, phrase('De acuerdo'));
    await seesPhrase(beto!, 'De acuerdo');
    expect(await isOpen()).toBe(true);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBe(PHONE.width);
    await page.getByLabel('Dejar abierto').click();
    await page.setViewportSize({ width: 1_280, height: 800 });
  });

  it('[PB36] proposes a phrase that fits, another one, and says it', async () => {
    const { page } = ana!;
    await beto!.page.getByLabel('Escribe una frase', { exact: true }).fill('Muchas gracias, Ana');
    await beto!.page.keyboard.press('Enter');
    await seesPhrase(ana!, 'Muchas gracias, Ana');
    await openPhrasebook(ana!);
    await page.getByRole('button', { name: 'Proponer una frase' }).click();
    const idea = page.getByRole('region', { name: 'Podrías decir' });
    expect(await idea.getByRole('strong').innerText()).toBe('De nada');
    await ana!.picture('phrasebook-idea');
    await expectAccessible(ana!);
    await idea.getByRole('button', { name: 'Otra' }).click();
    expect(await idea.getByRole('strong').innerText()).toBe('Con mucho gusto');
    await idea.getByRole('button', { name: 'Decir' }).click();
    await seesPhrase(beto!, 'Con mucho gusto');
  });

  it('[PB39] shows to everybody what the moderator ships, first, until it is taken away', async () => {
    const { page } = ana!;
    const phrases = [{ text: 'Desde el compás doce', language: 'es' }];
    const book = { version: 1, groups: [{ name: 'Ensayo', phrases }] };
    await openPhrasebook(ana!);
    await turnTo(ana!, 'Frases de la sala');
    await page.getByLabel('Subir un archivo para la sala').setInputFiles({
      name: 'sala.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(book)),
    });
    await page.getByText('La sala tiene una frase propia.').waitFor();
    await ana!.picture('phrasebook-room');
    await expectAccessible(ana!);
    await openPhrasebook(beto!);
    const first = beto!.page.getByRole('tab').first();
    await beto!.page.getByRole('tab', { name: 'Ensayo (de la sala)' }).waitFor();
    expect(await first.innerText()).toBe('Ensayo');
    expect(await phrasesOf(beto!)).toEqual(['Desde el compás doce']);
    await beto!.page.getByRole('button', { name: 'Más de las frases rápidas' }).click();
    expect(await beto!.page.getByRole('menuitem', { name: 'Frases de la sala' }).count()).toBe(0);
    await beto!.page.keyboard.press('Escape');
    await beto!.page.getByRole('button', { name: 'Desde el compás doce' }).click();
    await seesPhrase(ana!, 'Desde el compás doce');
    await page.getByRole('button', { name: 'Quitar las de la sala' }).click();
    await page.getByText('La sala no tiene frases propias.').waitFor();
  });

  it('[PB42] is accessible, and breaks no rule of the security policy', async () => {
    const { page } = ana!;
    await openPhrasebook(ana!);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await expectAccessible(ana!);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('searchbox').fill('zapatos verdes');
    await ana!.picture('phrasebook-nothing');
    await expectAccessible(ana!);
    for (const person of [ana!, beto!]) {
      expect((await person.notes()).violations).toEqual([]);
      expect(person.complaints).toEqual([]);
    }
  });
});
