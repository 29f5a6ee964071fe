import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { PHONE, Person } from '#tests/support/person.ts';
import { readCode } from '#tests/support/readCode.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, isTold, roomLink } from '#tests/support/visit.ts';

const BETO_HZ = 1_000;

describe('ways into a room, and a place in it', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto, carla] = [] as unknown as [Person, Person, Person];
  let link = '';

  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Ensayo del martes');
    [ana, beto, carla] = await Promise.all([
      Person.open(),
      Person.open({ voiceHz: BETO_HZ }),
      Person.open({ locale: 'en-GB' }),
    ]);
    await ana.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
  });
  afterAll(async () => {
    await Promise.all([ana, beto, carla].map((person) => person?.close()));
    await server.cleanUp();
  });

  const dialog = () => ana.page.getByRole('dialog', { name: 'Invita a más gente' });
  /** What Beto's own page shows of his microphone. */
  const isShown = (state: 'muted' | 'open') =>
    beto.page.locator(`[data-microphone=${state}]`).waitFor();

  it('[IQ1] are made with a limit, copied as a link and read from a code', async () => {
    const { page } = ana;
    await page.getByRole('button', { name: 'Invitar' }).click();
    await dialog().getByText('Para quienes escuchan').waitFor();
    await ana.picture('invitations');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'Nueva invitación' }).click();
    await page.getByLabel(/^Para qué o para quién/).fill('Solo para Beto');
    await page.getByRole('combobox', { name: /^Vale durante/ }).click();
    await page.getByRole('option', { name: 'Un día' }).click();
    await page.getByRole('radio', { name: 'Una', exact: true }).check({ force: true });
    await ana.picture('invitation-new');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'Crear invitación' }).click();

    await page.getByRole('button', { name: 'Copiar el enlace: Enlace' }).click();
    link = await page.getByRole('textbox', { name: 'Enlace', exact: true }).inputValue();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await page.getByRole('button', { name: 'Código QR: Solo para Beto' }).click();
    const code = 'Código QR del enlace: Solo para Beto';
    expect(await readCode(ana, code)).toBe(link);
    await ana.picture('invitation-made');
    await expectAccessible(ana);
    await page.setViewportSize(PHONE);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByRole('button', { name: 'Ver en grande' }).click();
    const large = page.getByRole('dialog', { name: 'Solo para Beto' });
    await large.waitFor();
    await ana.picture('invitation-large');
    await expectAccessible(ana);
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
  });

  it('[IQ2] let in as many as they are for', async () => {
    await enterRoom(beto, link, 'Beto');
    await isTold(ana, 'Beto entró');
    const { page } = carla;
    await page.goto(link);
    await page.getByLabel('Your name').fill('Carla');
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.getByText('As many people as it was for have come in with it.').waitFor();
    await expectAccessible(carla);
  });

  it('[IQ6] bring people in of whom the others are told', async () => {
    await ana.page.keyboard.press('Escape');
    await beto.page.getByRole('button', { name: 'Ajustes', exact: true }).click();
    await beto.page.getByRole('switch', { name: 'Entradas' }).uncheck();
    await beto.picture('notice-settings');
    await expectAccessible(beto);
    await beto.page.keyboard.press('Escape');
    const { page } = carla;
    await page.goto('about:blank');
    await page.goto(roomLink(server.url, room, 'audience'));
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('region', { name: 'Controls' }).waitFor();
    await isTold(ana, 'Listener entró');
    await page.getByRole('button', { name: /^Raise your hand/ }).click();
    await isTold(ana, 'Listener pide la palabra');
    await page.getByRole('button', { name: /^Raise your hand/ }).click();
    expect(await beto.page.getByRole('listitem').filter({ hasText: 'entró' }).count()).toBe(0);
  });

  it('[IQ5] lead into a room that a moderator changes while it runs', async () => {
    const { page } = ana;
    await page.getByRole('button', { name: 'Ajustes', exact: true }).click();
    await page.getByRole('button', { name: 'Ajustes de la sala' }).click();
    await page.getByLabel('Nombre de la sala').waitFor();
    await ana.picture('room-settings');
    await expectAccessible(ana);
    await page.getByLabel('Nombre de la sala').fill('Ensayo del miércoles');
    await page.getByRole('radio', { name: 'Todos' }).check({ force: true });
    await beto.page.getByRole('heading', { name: 'Ensayo del miércoles' }).waitFor();
    await carla.page.getByLabel('Write a phrase', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Nombre de la sala').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('[IQ7] let a held space bar talk', async () => {
    await ana.hears(BETO_HZ);
    await beto.page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    await ana.hearsNothing();
    await beto.page.getByRole('textbox', { name: 'Escribe una frase' }).focus();
    await beto.page.keyboard.press('Space');
    await isShown('muted');
    await beto.page.locator('#content').focus();
    await beto.page.keyboard.down('Space');
    await ana.hears(BETO_HZ);
    await isShown('open');
    await beto.page.keyboard.up('Space');
    await isShown('muted');
    await ana.hearsNothing();
  });

  it('[IQ8] let a moderator mute who holds it', async () => {
    await ana.page.getByRole('button', { name: /^Personas/ }).click();
    await beto.page.keyboard.down('Space');
    await ana.hears(BETO_HZ);
    await ana.page.getByRole('button', { name: 'Silenciar a Beto' }).press('Enter');
    await isShown('muted');
    // As it comes again and again while it is held.
    await beto.page.keyboard.down('Space');
    await ana.hearsNothing();
    await beto.page.keyboard.up('Space');
    await ana.hearsNothing();
    await isShown('muted');
    await beto.page.keyboard.down('Space');
    await ana.hears(BETO_HZ);
    await beto.page.keyboard.up('Space');
  });

  it('[IQ9] remember how loud one hears whom', async () => {
    const { page } = ana;
    await page.getByRole('button', { name: 'Opciones para Beto' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Cómo le oyes' }).click();
    await page.getByRole('slider', { name: 'Volumen de Beto' }).fill('0.3');
    await ana.picture('person-volume');
    await expectAccessible(ana);
    await playsAt(ana, 0.3);
    await page.reload();
    await page.getByRole('button', { name: 'Entrar', exact: true }).click();
    await page.getByRole('region', { name: 'Controles' }).waitFor();
    await playsAt(ana, 0.3);
  });

  it('[IQ3] keep one that opens the room to moderators', async () => {
    await ana.page.getByRole('button', { name: 'Invitar' }).click();
    await dialog().getByText('Para quien modera').click();
    await ana.page.getByRole('button', { name: 'Anular: Para quien modera' }).click();
    await ana.page.getByRole('button', { name: 'Sí, anularla' }).click();
    await isTold(ana, /^Es la última invitación para moderar/);
  });

  it('[IQ4] end with those they let in', async () => {
    const { page } = ana;
    await dialog().getByText('Solo para Beto').click();
    await page.getByRole('button', { name: 'Anular: Solo para Beto' }).click();
    await page.getByRole('checkbox', { name: /^Sacar también/ }).check();
    await ana.picture('invitation-revoke');
    await expectAccessible(ana);
    await page.getByRole('button', { name: 'Sí, anularla' }).click();
    await beto.page.getByRole('heading', { name: 'Este enlace ya no sirve' }).waitFor();
    await dialog().getByText('Ya no sirven').click();
    await dialog()
      .getByText(/entraron 1 de 1 · anulada el/)
      .waitFor();
    await ana.picture('invitations-over');
    await expectAccessible(ana);
  });

  it('[IQ11] speak the language of the room to who chose none, and keep to who did', async () => {
    const { page } = carla;
    const spanish = await createRoom(server.url, 'Charla', { language: 'es', entryMuted: true });
    await page.goto(roomLink(server.url, spanish, 'speaker'));
    await page.getByText('Entrarás con el micrófono en silencio.').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.reload();
    await page.getByLabel('Your name').fill('Carla');
    await page.getByRole('button', { name: 'Enter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Language of the phrase ES' }).waitFor();
    const hint = page.getByTitle('Hold the space bar to talk');
    expect(await hint.getAttribute('data-microphone')).toBe('muted');
  });

  it('[IQ10] break no rule of the page’s security policy', async () => {
    for (const person of [ana, beto, carla]) {
      expect((await person.notes()).violations).toEqual([]);
    }
  });
});

/** Waits until the one other who talks is played at a volume. */
async function playsAt({ page }: Person, volume: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const audio = document.querySelector<HTMLAudioElement>('audio[data-peer-id]');
    return audio !== null && Math.abs(audio.volume - wanted) < 0.01;
  }, volume);
}
