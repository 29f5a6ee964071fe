import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '#tests/support/accessible.ts';
import { hearsOver, heardTwiceMs, measureWays } from '#tests/support/hearingWays.ts';
import { Person } from '#tests/support/person.ts';
import { Robot } from '#tests/support/robot.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { gapsSince, listenForGaps } from '#tests/support/soundGaps.ts';
import { createRoom, enterRoom, isTold, roomLink } from '#tests/support/visit.ts';

const [ANA_HZ, BETO_HZ] = [440, 1_000];
/** Between two bursts of a voice 100 ms are silent, and buffers may add as much. */
const GAP_MS = 300;
/** As long as a page under load may take to notice that the other way has begun. */
const TWICE_MS = 150;
/** Enough for a group that shows its number only. */
const LISTENERS = 11;

describe('one who listens among others', () => {
  let server: ServerProcess;
  let [ana, beto, carla]: Person[] = [];
  const crowd: Robot[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start();
    const room = await createRoom(server.url, 'Charla');
    [ana, beto, carla] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      Person.open({ voiceHz: BETO_HZ }),
      Person.open(),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    for (let index = 1; index <= LISTENERS; index += 1) {
      const name = index === 7 ? 'Íñigo Pérez' : `Oyente ${String(index)}`;
      crowd.push(await Robot.enter(server.url, room, { role: 'audience', name }));
    }
    await enterRoom(carla, roomLink(server.url, room, 'audience'), 'Carla');
  });
  afterAll(async () => {
    for (const robot of crowd) robot.close();
    await Promise.all([ana, beto, carla].map((person) => person?.close()));
    await server.cleanUp();
  });

  const panelOf = (person: Person) => person.page.getByRole('complementary', { name: 'Personas' });

  it('[HL1] hears all who talk over the slots of the stage, and none by themselves', async () => {
    await carla!.hears(ANA_HZ, BETO_HZ);
    expect(await carla!.page.locator('audio[data-peer-id]').count()).toBe(0);
    expect(await carla!.page.locator('audio[data-slot]').count()).toBe(3);
  });

  it('[HL4] sees how many listen, and finds them by name', async () => {
    const { page } = carla!;
    await page.getByText(`2 hablan · ${String(LISTENERS + 1)} escuchan`).waitFor();
    await page.getByRole('button', { name: /^Personas/ }).click();
    const people = panelOf(carla!);
    const rows = people.getByTestId('person');
    await people.getByRole('heading', { name: `Escuchan ${String(LISTENERS + 1)}` }).waitFor();
    expect(await rows.count()).toBe(2);
    await people.getByRole('button', { name: 'Escuchan: Ver a todos' }).press('Enter');
    await rows.filter({ hasText: 'Oyente 11' }).waitFor();
    expect(await rows.count()).toBe(2 + LISTENERS + 1);
    await carla!.picture('audience-list');
    await expectAccessible(carla!);
    await people.getByRole('searchbox', { name: 'Buscar a alguien' }).fill('inigo');
    await people.getByRole('heading', { name: 'Escuchan 1' }).waitFor();
    await rows.filter({ hasText: 'Íñigo Pérez' }).waitFor();
    await carla!.picture('audience-search');
    await people.getByRole('searchbox', { name: 'Buscar a alguien' }).fill('nadie así');
    await people.getByText('Nadie con ese nombre está en la sala.').waitFor();
    await people.getByRole('button', { name: 'Cerrar' }).click();
  });

  it('[HL2] hears them by their microphones on stage, each once and without a gap', async () => {
    await Promise.all([listenForGaps(carla!), measureWays(carla!)]);
    await hearsOver(carla!, 'slots');
    const sinceMs = Date.now();
    await carla!.page.getByRole('button', { name: /^Levantar la mano/ }).click();
    await ana!.page.getByRole('button', { name: /^Personas/ }).click();
    await panelOf(ana!).getByRole('button', { name: 'Siguiente' }).press('Enter');
    await carla!.page.getByRole('button', { name: 'Subir y hablar' }).click();
    await hearsOver(carla!, 'microphones');
    await carla!.hears(ANA_HZ, BETO_HZ);
    expect((await gapsSince(carla!, sinceMs))[0]).toBeLessThan(GAP_MS);
    expect(await heardTwiceMs(carla!, sinceMs)).toBeLessThan(TWICE_MS);
    // Everybody has a name for who talks among them.
    await carla!.page.getByRole('button', { name: /^Personas/ }).click();
    await panelOf(carla!)
      .getByRole('heading', { name: `Escuchan ${String(LISTENERS)}` })
      .waitFor();
  });

  it('[HL3] hears them over the slots again once off the stage', async () => {
    const sinceMs = Date.now();
    await panelOf(ana!).getByRole('button', { name: 'Opciones para Carla' }).press('Enter');
    await ana!.page.getByRole('menuitem', { name: 'Bajar del escenario' }).click();
    await isTold(carla!, 'Ahora escuchas: tu micrófono está apagado');
    await hearsOver(carla!, 'slots');
    await carla!.hears(ANA_HZ, BETO_HZ);
    expect((await gapsSince(carla!, sinceMs))[0]).toBeLessThan(GAP_MS);
    expect(await heardTwiceMs(carla!, sinceMs)).toBeLessThan(TWICE_MS);
    await carla!.page.waitForFunction(() => !document.querySelector('audio[data-peer-id]'));
  });
});
