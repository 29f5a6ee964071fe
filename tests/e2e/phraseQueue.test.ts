import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { DESKTOP, PHONE, Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  band,
  createRoom,
  enterRoom,
  phraseItem,
  roomLink,
  sayPhrase,
  seesPhrase,
} from '#tests/support/visit.ts';

const [FIRST, SECOND, THIRD] = [
  'Traje café para todos.',
  'La lista está en la mesa.',
  '¿Puedo hablar después de Carla?',
] as const;
const LONG =
  'Antes de que se me olvide: mañana a las nueve vienen a arreglar la puerta del patio, así que ' +
  'quien pueda llegar temprano que por favor mueva las bicicletas y deje libre el pasillo, porque ' +
  'los carpinteros traen tablones largos y no quiero que nadie se lastime. ¡Mil gracias!';

describe('phrases that wait for a moderator and for their turn', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto, carla] = [] as unknown as [Person, Person, Person];

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    room = await createRoom(server.url, 'Vecinos', { approval: 'all', namedReceipts: true });
    [ana, beto, carla] = await Promise.all([Person.open(), Person.open(), Person.open()]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await enterRoom(carla, roomLink(server.url, room, 'audience'), 'Carla');
  });
  afterAll(async () => {
    await Promise.all([ana, beto, carla].map((person) => person?.close()));
    await server.cleanUp();
  });

  const sheet = () => ana.page.getByRole('dialog', { name: 'Frases en cola' });
  const button = (name: string) => sheet().getByRole('button', { name, exact: true });
  const focused = () =>
    ana.page.evaluate(() => {
      const { activeElement } = document;
      const text = activeElement?.getAttribute('aria-describedby');
      return [activeElement?.ariaLabel, text && document.getElementById(text)?.textContent];
    });

  it('[EQ1] puts the voice on hold, and everyone sees that it is', async () => {
    await ana.page.getByRole('button', { name: 'Frases en cola (0)' }).focus();
    await ana.page.keyboard.press('Enter');
    await button('Pausar la voz').focus();
    await ana.page.keyboard.press('Enter');
    await button('Seguir con la voz').waitFor();
    for (const person of [beto, carla]) {
      await band(person).getByText('la moderación pausó la voz').waitFor();
    }
  });

  it('[EQ2] lets phrases through, orders and skips them, by the keyboard alone', async () => {
    for (const text of [FIRST, SECOND, THIRD]) await sayPhrase(beto, text);
    await phraseItem(carla, THIRD).getByText('espera permiso').waitFor();
    await sheet().getByRole('heading', { name: 'Esperan permiso 3' }).waitFor();
    await ana.picture('queue-unapproved');
    await expectAccessible(ana);

    const { keyboard } = ana.page;
    await sheet().getByRole('button', { name: 'Permitir la frase de Beto' }).first().focus();
    for (const [text, next] of [[FIRST, SECOND] as const, [SECOND, THIRD] as const]) {
      await keyboard.press('Enter');
      await phraseItem(carla, text).getByText('espera su turno').waitFor();
      await expect.poll(focused).toEqual(['Permitir la frase de Beto', next]);
    }
    await keyboard.press('Enter');
    await sheet().getByRole('heading', { name: 'Esperan su turno 3' }).waitFor();
    await ana.picture('queue-waiting');

    const rows = sheet().getByRole('listitem');
    await rows.nth(1).getByRole('button', { name: 'Subir la frase de Beto' }).focus();
    await keyboard.press('Enter');
    await rows.first().getByText(SECOND).waitFor();
    // It is at the top and can go no further up.
    await expect.poll(focused).toEqual(['Bajar la frase de Beto', SECOND]);
    await rows.nth(2).getByRole('button', { name: 'Saltar la frase de Beto' }).focus();
    await keyboard.press('Enter');
    await phraseItem(beto, THIRD).getByText('La moderación la saltó').waitFor();
    await expect.poll(focused).toEqual(['Saltar la frase de Beto', FIRST]);
    const announcer = beto.page.getByTestId('announcer');
    await announcer.getByText(`Tu frase «${THIRD}»: La moderación la saltó.`).waitFor();
  });

  it('[EQ3] shows what is next, and says it when the voice goes on', async () => {
    const next = band(carla);
    await next.getByText(SECOND).waitFor();
    await carla.picture('band-held');
    await button('Seguir con la voz').focus();
    await ana.page.keyboard.press('Enter');
    await next.locator('[data-on]').first().waitFor();
    await phraseItem(carla, FIRST).getByText('espera su turno').waitFor({ state: 'detached' });
  });

  it('[EQ4] tells authors to how many a phrase came, and who heard it', async () => {
    const fate = phraseItem(beto, SECOND);
    const summary = fate.getByText('Le llegó a 2 de 2 · la oyeron 2');
    await summary.waitFor();
    await summary.click();
    const names = await fate.getByText('Quiénes la oyeron').innerText();
    expect(names).toMatch(/Ana/);
    expect(names).toMatch(/Carla/);
    await beto.picture('feed-receipts');
    await expectAccessible(beto);
    expect(await phraseItem(carla, SECOND).getByText('Le llegó').count()).toBe(0);
  });

  it('[EQ5] takes the setting back, and lets those through that waited for it', async () => {
    await sayPhrase(beto, THIRD);
    await phraseItem(carla, THIRD).last().getByText('espera permiso').waitFor();
    await sheet().getByRole('radio', { name: 'Ninguna' }).focus();
    await ana.page.keyboard.press('Space');
    await phraseItem(carla, THIRD)
      .last()
      .getByText('espera permiso')
      .waitFor({ state: 'detached' });
    await ana.page.keyboard.press('Escape');
    await expect
      .poll(() => ana.page.evaluate(() => document.activeElement?.ariaLabel))
      .toMatch(/^Frases en cola/);
    await ana.picture('band-moderator');
  });

  it('[EQ6] shows a phrase as large as the screen, until Escape', async () => {
    const { page } = carla;
    for (const text of ['¡Hola!', LONG]) {
      await sayPhrase(beto, text);
      await seesPhrase(carla, text);
      await band(carla).locator('[data-on]').first().waitFor();
      const opener = page.getByRole('button', { name: 'Texto grande' });
      await opener.click();
      const large = page.getByTestId('large-phrase');
      await large.getByText(text.split(' ')[0]!).first().waitFor();
      await carla.picture(text === LONG ? 'large-long' : 'large-short');
      await expectAccessible(carla);
      await page.setViewportSize(PHONE);
      const sizes = await large.evaluate((element) => {
        const { scrollHeight, clientHeight, scrollWidth, clientWidth } =
          element.querySelector('.words')!;
        const px = parseFloat(getComputedStyle(element.querySelector('.text')!).fontSize);
        return { tooHigh: scrollHeight - clientHeight, tooWide: scrollWidth - clientWidth, px };
      });
      expect(sizes).toMatchObject({ tooHigh: 0, tooWide: 0 });
      expect(sizes.px).toBeGreaterThan(27);
      await page.keyboard.press('Escape');
      await large.waitFor({ state: 'detached' });
      expect(await opener.evaluate((it) => it === document.activeElement)).toBe(true);
      await page.setViewportSize(DESKTOP);
    }
  });

  it('[EQ7] has the live region read the phrases of an author who is silenced, and no others', async () => {
    await carla.page.getByRole('button', { name: 'Personas' }).click();
    const people = carla.page.getByRole('complementary', { name: 'Personas' });
    await people.getByRole('button', { name: 'Cómo oyes a Beto' }).press('Enter');
    const toggle = people.getByRole('button', { name: 'Oír las frases de Beto' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await toggle.press('Enter');
    expect(await toggle.getAttribute('aria-pressed')).toBe('false');
    await carla.picture('people-silenced');
    await expectAccessible(carla);
    await people.getByRole('button', { name: 'Cerrar' }).click();
    await sayPhrase(ana, 'Esta se oye');
    await seesPhrase(carla, 'Esta se oye');
    const announcer = carla.page.getByTestId('announcer');
    expect(await announcer.innerText()).not.toContain('Esta se oye');
    await sayPhrase(beto, 'Esta se lee');
    await announcer.getByText('Beto dice: Esta se lee').waitFor();
  });

  it('[EQ11] is set where the room is made', async () => {
    const { page } = carla;
    await page.goto(server.url);
    await page.getByLabel('Nombre de la sala').fill('Con permiso');
    await page.getByText('Más ajustes').click();
    await page.getByRole('radio', { name: 'Las primeras' }).check({ force: true });
    await page.getByRole('switch', { name: 'Decir a cada quien quién oyó sus frases' }).check();
    await carla.picture('create-settings');
    await expectAccessible(carla);
    await page.getByRole('button', { name: 'Crear la sala' }).click();
    await page.getByRole('link', { name: 'Entrar a la sala' }).click();
    await enterRoom(carla, page.url(), 'Carla');
    await page.getByRole('button', { name: 'Frases en cola (0)' }).click();
    const first = page.getByRole('dialog').getByRole('radio', { name: 'Las primeras' });
    expect(await first.isChecked()).toBe(true);
  });

  it('[EQ8] breaks no rule of its security policy, and complains of nothing', async () => {
    for (const person of [ana, beto, carla]) {
      expect((await person.notes()).violations).toEqual([]);
      expect(person.complaints).toEqual([]);
    }
  });
});
