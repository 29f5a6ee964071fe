import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, isTold, roomLink } from '#tests/support/visit.ts';

const BETO_HZ = 1_000;
const CARLA_HZ = 700;

// Ana moderates in Spanish, Beto speaks in English, Carla listens in Spanish. Newcomers wait to be let
// in, and nobody but moderators opens a microphone without the floor.
describe('a room that a moderator runs', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let ana: Person;
  let beto: Person;
  let carla: Person;

  const panel = () => ana.page.getByRole('complementary', { name: 'Personas' });
  const row = (name: string) => panel().getByRole('listitem').filter({ hasText: name });
  const floorOf = ({ page }: Person) => page.getByTestId('floor');
  const hand = ({ page }: Person) => page.getByRole('button', { name: /^Levantar la mano/ });

  /** Chooses an entry of somebody's menu: by keyboard, as a finger waits until rows have stopped moving. */
  async function choose(name: string, entry: string): Promise<void> {
    await panel()
      .getByRole('button', { name: `Opciones para ${name}` })
      .press('Enter');
    await ana.page.getByRole('menuitem', { name: entry }).click();
  }

  async function confirm(button: string): Promise<void> {
    await ana.page.getByRole('dialog').getByRole('button', { name: button }).click();
  }

  /** From the link to the lobby, where one waits. */
  async function knock(page: Page, name: string): Promise<void> {
    await page.goto(roomLink(server.url, room, 'audience'));
    await page.getByLabel(/^Tu nombre/).fill(name);
    await page.getByRole('button', { name: 'Escuchar', exact: true }).click();
  }

  beforeAll(async () => {
    server = await ServerProcess.start();
    const settings = { lobby: true, selfUnmute: false };
    room = await createRoom(server.url, 'Asamblea', settings);
    [ana, beto, carla] = await Promise.all([
      Person.open(),
      Person.open({ voiceHz: BETO_HZ, locale: 'en-GB' }),
      Person.open({ voiceHz: CARLA_HZ }),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
  });
  afterAll(async () => {
    await Promise.all([ana, beto, carla].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EZ1] keeps newcomers in a lobby, and lets a moderator let them in', async () => {
    await beto.page.goto(roomLink(server.url, room, 'speaker'));
    await beto.page.getByLabel('Your name').fill('Beto');
    await beto.page.getByRole('button', { name: 'Enter', exact: true }).click();
    await beto.page.getByRole('heading', { name: 'Wait to be let in' }).waitFor();
    await beto.picture('waiting');
    await expectAccessible(beto);
    await isTold(ana, 'Beto espera para entrar');
    await ana.page.getByRole('button', { name: /^Personas\. una persona espera/ }).click();
    await knock(carla.page, 'Carla');
    await row('Carla').getByText('para escuchar').waitFor();
    await ana.picture('panel-lobby');
    await expectAccessible(ana);
    await panel().getByRole('button', { name: 'No dejar entrar a Carla' }).press('Enter');
    await carla.page.getByRole('heading', { name: 'Esta vez no te dejaron entrar' }).waitFor();
    await carla.picture('turned-away');
    await carla.page.getByRole('button', { name: 'Pedir entrar otra vez' }).click();
    await carla.page.getByRole('button', { name: 'Escuchar', exact: true }).click();
    await carla.page.getByText('Dentro de un minuto puedes volver a pedirlo').first().waitFor();
    // As somebody else, who need not wait for it.
    await carla.page.evaluate(() => localStorage.clear());
    await carla.page.goto('about:blank');
    await knock(carla.page, 'Carla');
    await row('Carla').getByText('para escuchar').waitFor();
    await panel().getByRole('button', { name: 'Dejar entrar a todos' }).press('Enter');
    await beto.page.getByRole('region', { name: 'Controls' }).waitFor();
    await carla.page.getByRole('region', { name: 'Controles' }).waitFor();
    await isTold(beto, 'You were let in');
    await isTold(beto, 'To talk, raise your hand');
  });

  it('[EZ2] calls the next hand on stage, asks for the microphone only then, and hears it', async () => {
    await beto.page.getByRole('button', { name: /^Raise your hand/ }).click();
    await hand(carla).click();
    await carla.page.getByRole('button', { name: 'Levantar la mano. Turno 2' }).waitFor();
    await row('Carla').getByText('espera').waitFor();
    await ana.picture('panel-hands');
    await expectAccessible(ana);
    await panel().getByRole('button', { name: 'Bajar la mano de Beto' }).press('Enter');
    await carla.page.getByRole('button', { name: 'Levantar la mano. Turno 1' }).waitFor();
    expect((await carla.notes()).microphoneAsked).toBe(0);
    await panel().getByRole('button', { name: 'Siguiente' }).press('Enter');
    const offer = floorOf(carla);
    await offer.getByRole('heading', { name: 'Te dan la palabra' }).waitFor();
    expect(await offer.evaluate((card) => card === document.activeElement)).toBe(true);
    await carla.picture('floor-listener');
    await expectAccessible(carla);
    expect((await carla.notes()).microphoneAsked).toBe(0);
    await offer.getByRole('button', { name: 'Subir y hablar' }).click();
    await ana.hears(CARLA_HZ);
    await offer.waitFor({ state: 'detached' });
  });

  it('[EZ3] is silent when a moderator mutes, and opens again only with the floor', async () => {
    await panel().getByRole('button', { name: 'Silenciar a Carla' }).press('Enter');
    await ana.hearsNothing();
    await isTold(carla, 'Te silenciaron. Para hablar, levanta la mano.');
    const microphone = carla.page.getByRole('button', { name: /Para hablar, levanta la mano/ });
    expect(await microphone.getAttribute('aria-disabled')).toBe('true');
    await carla.picture('microphone-kept');
    await expectAccessible(carla);
    await beto.page.getByRole('button', { name: /To talk, raise your hand/ }).waitFor();
    await choose('Beto', 'Dar la palabra');
    await floorOf(beto).getByRole('heading', { name: 'You have the floor' }).waitFor();
    await beto.picture('floor-speaker');
    await expectAccessible(beto);
    await floorOf(beto).getByRole('button', { name: 'Open my microphone' }).click();
    await ana.hears(BETO_HZ);
    await panel().getByRole('button', { name: 'Silenciar a todos menos a mí' }).press('Enter');
    await ana.hearsNothing();
  });

  it('[EZ4] takes somebody off the stage, who listens on', async () => {
    await choose('Carla', 'Dar la palabra');
    await floorOf(carla).getByRole('button', { name: 'Abrir mi micrófono' }).click();
    await ana.hears(CARLA_HZ);
    await choose('Carla', 'Bajar del escenario');
    await ana.hearsNothing();
    await isTold(carla, 'Ahora escuchas: tu micrófono está apagado');
    await carla.page.getByText('Estás escuchando').waitFor();
    await choose('Beto', 'Dar la palabra');
    await floorOf(beto).getByRole('button', { name: 'Open my microphone' }).click();
    await carla.hears(BETO_HZ);
  });

  it('[EZ5] makes another moderator, undoes that, and hands the room over', async () => {
    await choose('Beto', 'Hacer que modere');
    await isTold(beto, 'You are a moderator now');
    await ana.page.getByRole('button', { name: 'Deshacer' }).click();
    await isTold(beto, 'You are no longer a moderator');
    await choose('Beto', 'Entregarle la sala');
    await isTold(beto, 'You are the host now');
    await row('Beto').getByText('lleva la sala').waitFor();
    await beto.page.getByRole('button', { name: 'People' }).click();
    await beto.picture('panel-moderator');
    await expectAccessible(beto);
    await beto.page.getByRole('button', { name: 'Options for Ana' }).click();
    await beto.page.getByRole('menuitem', { name: 'Make the host' }).click();
    await row('Ana').getByText('lleva la sala').waitFor();
  });

  it('[EZ10] gives who moderates by a gift no way in as a moderator, and offers nothing that would not open', async () => {
    const { page } = beto;
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite more people' });
    await dialog.getByText('For the moderator').click();
    await dialog.getByText(/^This invitation is good, but/).waitFor();
    await beto.picture('invitation-hidden');
    await expectAccessible(beto);
    await dialog.getByRole('button', { name: 'New invitation' }).click();
    await dialog.getByRole('radio', { name: 'Listen' }).waitFor();
    expect(await dialog.getByRole('radio', { name: 'Moderate' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByRole('link', { name: 'Recordings' }).count()).toBe(0);
    expect(await ana.page.getByRole('link', { name: 'Grabaciones' }).count()).toBe(1);
  });

  it('[EZ6] keeps out who is banned, in a fresh tab too, until the ban is lifted', async () => {
    await choose('Carla', 'Vetar');
    await ana.picture('ban');
    await expectAccessible(ana);
    await confirm('Vetar');
    await carla.page.getByRole('heading', { name: 'Ya no puedes entrar en esta sala' }).waitFor();
    expect(await carla.page.getByRole('button', { name: 'Volver a entrar' }).count()).toBe(0);
    await carla.picture('banned');
    await expectAccessible(carla);
    const tab = await carla.page.context().newPage();
    await knock(tab, 'Otra');
    await tab.getByText('Ya no puedes entrar en esta sala').first().waitFor();
    // It made room for the question when the window was narrow for a picture.
    await ana.page.getByRole('button', { name: /^Personas/ }).click();
    await panel().getByRole('button', { name: 'Con veto: Ver a todos' }).press('Enter');
    await panel().getByRole('button', { name: 'Quitar el veto a Carla' }).press('Enter');
    await isTold(ana, 'Carla puede volver a entrar');
    await tab.close();
    await carla.page.goto('about:blank');
    await knock(carla.page, 'Carla');
    await panel().getByRole('button', { name: 'Dejar entrar a Carla', exact: true }).press('Enter');
    await carla.page.getByRole('region', { name: 'Controles' }).waitFor();
  });

  it('[EZ7] locks the room, which is opened again from where it was said', async () => {
    await panel().getByRole('switch', { name: 'Cerrar la sala' }).click();
    await ana.page.getByText('Cerraste la sala').first().waitFor();
    await beto.page.getByTitle('Locked room: nobody else can come in').waitFor();
    const stranger = await carla.page.context().browser()!.newContext({ locale: 'es-MX' });
    const page = await stranger.newPage();
    await knock(page, 'Darío');
    await page.getByRole('heading', { name: 'La sala está cerrada' }).waitFor();
    await ana.page.getByRole('button', { name: 'Deshacer' }).click();
    await isTold(ana, 'Abriste la sala');
    await page.getByRole('button', { name: 'Intentar de nuevo' }).click();
    await page.getByRole('button', { name: 'Escuchar', exact: true }).click();
    await panel().getByRole('button', { name: 'Dejar entrar a Darío', exact: true }).waitFor();
    await stranger.close();
  });

  it('[EZ8] takes somebody out, and tells them when to come back', async () => {
    await choose('Carla', 'Sacar de la sala');
    await ana.picture('kick');
    await expectAccessible(ana);
    await confirm('Sacar');
    await carla.page.getByRole('heading', { name: 'Te sacaron de la sala' }).waitFor();
    await carla.picture('kicked');
    await expectAccessible(carla);
    await carla.page.getByRole('button', { name: 'Volver a entrar' }).click();
    await carla.page.getByRole('button', { name: 'Escuchar', exact: true }).click();
    await carla.page.getByText('Dentro de un minuto puedes volver').first().waitFor();
  });

  it('[EZ9] breaks no rule of its security policy, and complains of nothing', async () => {
    for (const person of [ana, beto, carla]) {
      expect((await person.notes()).violations).toEqual([]);
      // What a browser itself says of being refused at the door.
      expect(person.complaints.filter((it) => !it.includes('status of 403'))).toEqual([]);
    }
  });
});
