import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Phrasebook } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { openPhrasebook, phrasebook, phrasesOf, turnTo } from '#tests/support/phrasebook.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, isTold, roomLink } from '#tests/support/visit.ts';

describe('one’s own phrases', () => {
  let server: ServerProcess;
  let ana: Person;
  let link: string;

  beforeAll(async () => {
    server = await ServerProcess.start();
    ana = await Person.open();
    link = roomLink(server.url, await createRoom(server.url, 'Ensayo'), 'speaker');
    await enterRoom(ana, link, 'Ana');
  });
  afterAll(async () => {
    await ana.close();
    await server.cleanUp();
  });

  const rows = () => phrasebook(ana).locator('ol p').allInnerTexts();

  it('[PB37] are added, moved, changed and deleted by keyboard, and are there after a reload', async () => {
    const { page } = ana;
    const press = async (name: string | RegExp) => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    await openPhrasebook(ana);
    await turnTo(ana, 'Mis frases');
    await page.getByLabel('Frase nueva').focus();
    for (const text of ['Hoy prefiero escribir', 'Vengo con Lola', 'Otra vez, por favor']) {
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    }
    await press('Subir: Otra vez, por favor');
    await page.keyboard.press('Enter');
    expect(await rows()).toEqual([
      'Otra vez, por favor',
      'Hoy prefiero escribir',
      'Vengo con Lola',
    ]);
    await ana.picture('phrasebook-mine');
    await expectAccessible(ana);
    await press('Cambiar: Vengo con Lola');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Vengo con mi perra Lola');
    await page.keyboard.press('Enter');
    await press('Borrar: Hoy prefiero escribir');
    expect(await rows()).toEqual(['Otra vez, por favor', 'Vengo con mi perra Lola']);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Deshacer');
    await page.keyboard.press('Enter');
    expect(await rows()).toHaveLength(3);
    await page.getByRole('button', { name: 'Opciones del grupo' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Cambiar el nombre' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Nombre del grupo').fill('Cada martes');
    await page.keyboard.press('Enter');
    await page.reload();
    await enterRoom(ana, link, 'Ana');
    await openPhrasebook(ana);
    await page.getByRole('tab', { name: 'Cada martes (tuyas)' }).click();
    expect(await phrasesOf(ana)).toEqual([
      'Otra vez, por favor',
      'Hoy prefiero escribir',
      'Vengo con mi perra Lola',
    ]);
    await ana.picture('phrasebook-own');
  });

  it('[PB38] are exported and imported, and a bad file is refused in a sentence', async () => {
    const { page } = ana;
    await turnTo(ana, 'Importar y exportar');
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exportar mis frases' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('cora-frases.json');
    const book = JSON.parse(await readFile(await download.path(), 'utf8')) as Phrasebook;
    expect(book.groups.map(({ name }) => name)).toEqual(['Cada martes']);

    const choose = (content: string) =>
      page.getByLabel('Importar un archivo').setInputFiles({
        name: 'frases.json',
        mimeType: 'application/json',
        buffer: Buffer.from(content),
      });
    for (const [content, words] of [
      ['{"version":1,', /No es un archivo JSON completo/],
      ['{"version":9,"groups":[]}', /No es un archivo de frases de Cora/],
    ] as const) {
      await choose(content);
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
    }
    await ana.picture('phrasebook-bad-file');
    await expectAccessible(ana);
    const phrases = [
      ...book.groups[0]!.phrases.slice(0, 1),
      { text: 'De otro lado', language: 'es' },
    ];
    const other = JSON.stringify({ version: 1, groups: [{ name: 'Cada martes', phrases }] });
    await choose(other);
    await page.getByText('Ese archivo trae 2 frases').waitFor();
    await ana.picture('phrasebook-import');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'Juntarlas' }).click();
    await isTold(ana, 'ahora tienes 4 frases');
    await choose(other);
    await page.getByRole('button', { name: 'Cambiarlas por estas' }).click();
    await isTold(ana, 'ahora tienes 2 frases');
    await page.getByRole('button', { name: 'Deshacer' }).click();
    await page.getByRole('button', { name: 'Volver a las frases' }).click();
    await page.getByRole('tab', { name: 'Cada martes (tuyas)' }).click();
    expect((await phrasesOf(ana)).at(-1)).toBe('De otro lado');
    expect(await phrasesOf(ana)).toHaveLength(4);
    expect((await ana.notes()).violations).toEqual([]);
    expect(ana.complaints).toEqual([]);
  });
});
