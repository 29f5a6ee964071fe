import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { PHONE, Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, isTold, roomLink } from '#tests/support/visit.ts';

// Ana moderates on a phone, Beto talks; both in Spanish.
describe('what comes and goes beside a page', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let ana: Person;
  let beto: Person;

  const sheet = () => ana.page.getByRole('dialog', { name: 'Personas' });
  const undo = () => ana.page.getByRole('button', { name: 'Deshacer' });
  const hand = () => beto.page.getByRole('button', { name: /^Levantar la mano/ });
  const offer = () => beto.page.getByTestId('floor');
  const told = () => beto.page.getByRole('listitem').filter({ hasText: 'Tu mano ya no' });

  /** By keyboard: a finger has to wait until rows have stopped moving. */
  const press = (name: string) => sheet().getByRole('button', { name }).press('Enter');

  async function choose(entry: string): Promise<void> {
    await press('Opciones para Beto');
    await ana.page.getByRole('menuitem', { name: entry }).click();
  }

  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Asamblea', { selfUnmute: false });
    [ana, beto] = await Promise.all([Person.open(), Person.open()]);
    await ana.page.setViewportSize(PHONE);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await ana.page.getByRole('button', { name: /^Personas/ }).click();
  });
  afterAll(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[RH1] is pressed and reached by keyboard while a sheet is open, which stays', async () => {
    await choose('Hacer que modere');
    await sheet().getByText('Beto ahora modera').waitFor();
    await expectAccessible(ana);
    await undo().click();
    await isTold(beto, 'Ya no moderas la sala');
    await choose('Hacer que modere');
    await undo().waitFor();
    await sheet().getByRole('button', { name: 'Cerrar' }).first().focus();
    await ana.page.keyboard.press('Shift+Tab');
    await ana.page.keyboard.press('Shift+Tab');
    expect(await isFocused(ana, 'Deshacer')).toBe(true);
    await ana.page.keyboard.press('Enter');
    await undo().waitFor({ state: 'detached' });
    const row = sheet().getByRole('listitem').filter({ hasText: 'Beto' });
    await row.getByText('modera').waitFor({ state: 'detached' });
    expect(await isFocused(ana, 'Cerrar')).toBe(true);
    expect(await sheet().count()).toBe(1);
  });

  it('[RH2] gives the focus back, and is read out once', async () => {
    const { page } = beto;
    const announcer = page.getByTestId('announcer');
    for (const answer of ['Ahora no', 'Retirar la palabra'] as const) {
      await hand().focus();
      await choose('Dar la palabra');
      await offer().waitFor();
      expect(await offer().evaluate((card) => card === document.activeElement)).toBe(true);
      expect(await announcer.textContent()).not.toContain('Te dan la palabra');
      await page.keyboard.press('Tab');
      if (answer === 'Ahora no') await page.keyboard.press('Enter');
      else await choose(answer);
      await offer().waitFor({ state: 'detached' });
      await hand().and(page.locator(':focus')).waitFor();
    }
    await page.getByLabel('Escribe una frase', { exact: true }).focus();
    await choose('Dar la palabra');
    await announcer.getByText('Te dan la palabra').waitFor();
    await offer().getByRole('button', { name: 'Ahora no' }).click();
    await offer().waitFor({ state: 'detached' });
  });

  it('[RH5] tells of a hand that somebody else took down', async () => {
    await hand().click();
    await beto.page.getByRole('button', { name: 'Levantar la mano. Turno 1' }).click();
    await beto.page.getByTestId('announcer').getByText('Tu mano ya no está levantada').waitFor();
    expect(await told().count()).toBe(0);
    await hand().click();
    await press('Bajar la mano de Beto');
    await told().waitFor();
  });

  it('[RH3] begins an invitation, gives it up and revokes one without losing the focus', async () => {
    const { page } = ana;
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Más', exact: false }).first().click();
    await page.getByRole('menuitem', { name: 'Invitar' }).click();
    await page.getByRole('button', { name: 'Nueva invitación' }).press('Enter');
    await page.getByRole('radio', { name: 'Hablar' }).and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'Cancelar' }).press('Enter');
    const begin = page.getByRole('button', { name: 'Nueva invitación' });
    await begin.and(page.locator(':focus')).waitFor();
    await page.getByText('Para quienes escuchan').click();
    await page.getByRole('button', { name: 'Anular: Para quienes escuchan' }).click();
    const question = page.getByRole('dialog', { name: '¿Anular «Para quienes escuchan»?' });
    await question.getByText('nadie ha entrado todavía').waitFor();
    await question.getByRole('button', { name: 'Sí, anularla' }).press('Enter');
    const heading = page.getByRole('heading', { name: 'Invitaciones de la sala' });
    await heading.and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
  });

  it('[RH4] tells who does not get in, in words that all can read', async () => {
    const { page } = beto;
    const lobby = await createRoom(server.url, 'Ensayo', { lobby: true });
    const link = roomLink(server.url, lobby, 'speaker');
    const enter = () => page.getByRole('button', { name: 'Entrar', exact: true }).click();
    await ana.page.goto(roomLink(server.url, lobby, 'moderator'));
    await ana.page.getByRole('button', { name: 'Entrar', exact: true }).click();
    await ana.page.getByRole('button', { name: /^Personas/ }).click();
    await page.goto(link);
    await enter();
    await page.getByText(/nadie te oye/).waitFor();
    await page.getByRole('button', { name: 'Ya no quiero esperar' }).click();
    await page.getByRole('heading', { name: 'Ya no esperas' }).waitFor();
    await beto.picture('stopped-waiting');
    await expectAccessible(beto);
    await page.getByRole('button', { name: 'Pedir entrar otra vez' }).click();
    await enter();
    await press('No dejar entrar a Beto');
    await page.getByRole('heading', { name: 'Esta vez no te dejaron entrar' }).waitFor();
    await expectAccessible(beto);
    await sheet().getByRole('switch', { name: 'Cerrar la sala' }).click();
    await sheet().getByText('Cerraste la sala').waitFor();
    const other = await page.context().browser()!.newContext({ locale: 'es-MX' });
    const stranger = await other.newPage();
    await stranger.goto(link);
    await stranger.getByLabel(/^Tu nombre/).fill('Darío');
    await stranger.getByRole('button', { name: 'Entrar', exact: true }).click();
    await stranger.getByRole('heading', { name: 'La sala está cerrada' }).waitFor();
    await expectAccessible({ page: stranger });
    await other.close();
  });
});

/** Whether a button of this name has the focus. */
function isFocused({ page }: Person, name: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    const focused = document.activeElement;
    return (focused?.getAttribute('aria-label') ?? focused?.textContent?.trim()) === wanted;
  }, name);
}
