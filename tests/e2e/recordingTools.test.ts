import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { Person } from '#tests/support/person.ts';
import { playerShows } from '#tests/support/player.ts';
import { holdFinalizer } from '#tests/support/processes.ts';
import {
  decodedFile,
  readyRecording,
  soundPaths,
  type ReadyRecording,
} from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  agreeToBeRecorded,
  createRoom,
  enterRoom,
  isTold,
  recordingReaches,
  roomLink,
  sayPhrase,
  seesPhrase,
} from '#tests/support/visit.ts';

const ANA_HZ = 440;
const BETO_HZ = 1_000;
const IN_THE_PAUSE = 'Esto es aparte';

describe('who moderates a recording', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto] = [] as unknown as [Person, Person];
  let recording: ReadyRecording;

  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Cabildo');
    [ana, beto] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      Person.open({ voiceHz: BETO_HZ }),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await ana.hears(BETO_HZ);
    await beto.page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    await ana.hearsNothing();
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
    await agreeToBeRecorded(beto);
  });
  afterAll(async () => {
    await Promise.all([ana, beto].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[ER1] marks moments with F8 while writing, with a button, and with a note', async () => {
    const { page } = ana;
    await recordingReaches(ana, '0:01');
    await page.getByLabel('Escribe una frase', { exact: true }).focus();
    await page.keyboard.press('F8');
    await isTold(ana, /Momento marcado en 0:\d\d/);
    await recordingReaches(ana, '0:03');
    await page.getByRole('button', { name: 'Marcar momento' }).click();

    await page.getByRole('button', { name: 'Opciones de la grabación' }).click();
    await page.getByRole('menuitem', { name: 'Marcar con una nota' }).click();
    await page.getByLabel('Nota (si quieres)').fill('Aquí decidimos la fecha');
    await ana.picture('marker');
    await expectAccessible(ana);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('[ER2] pauses: everyone sees it, and nothing of the pause is recorded', async () => {
    await ana.page.getByRole('button', { name: 'Pausar la grabación' }).click();
    for (const { page } of [ana, beto]) {
      await page.getByTestId('recording').getByText('En pausa').waitFor();
    }
    await beto.page.getByRole('button', { name: 'Activar el micrófono' }).click();
    await ana.hears(BETO_HZ);
    await sayPhrase(beto, IN_THE_PAUSE);
    await seesPhrase(ana, IN_THE_PAUSE);
    await ana.picture('paused');
    await expectAccessible(ana);
    await beto.page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    await ana.hearsNothing();
  });

  it('[ER6] marks no moment of a pause, and is told so', async () => {
    const { page } = ana;
    expect(await page.getByRole('button', { name: 'Marcar momento' }).isDisabled()).toBe(true);
    await page.getByLabel('Escribe una frase', { exact: true }).focus();
    await page.keyboard.press('F8');
    await isTold(ana, 'La grabación está en pausa: ahora no se marcan momentos.');
    await page.getByRole('button', { name: 'Seguir grabando' }).click();
    for (const { page } of [ana, beto]) {
      await page.getByTestId('recording').getByText('Grabando').waitFor();
    }
  });

  it('[ER3] sees how far the files are, in the room and on the page, and then the player', async () => {
    const { page } = ana;
    const pages = await page.context().newPage();
    await pages.addInitScript(askOften);
    const list = await page.getByRole('link', { name: 'Grabaciones' }).getAttribute('href');
    await pages.goto(new URL(list!, server.url).href);
    await pages.getByRole('listitem').getByText('Grabando ahora').waitFor();
    await pages.getByRole('listitem').getByRole('link').click();
    await pages.getByRole('heading', { name: 'Todavía se está grabando' }).waitFor();

    const held = holdFinalizer(server.pid);
    await page.getByRole('button', { name: 'Detener la grabación' }).click();
    const finalizer = await held;
    for (const it of [page, pages]) {
      await it.getByRole('progressbar', { name: /^Preparando la grabación: \d+\s%$/ }).waitFor();
    }
    // The toast passes: who looks for it only later may find it gone.
    const told = isTold(ana, 'La grabación está lista');
    process.kill(finalizer, 'SIGCONT');
    await told;
    await pages.getByRole('button', { name: 'Reproducir' }).waitFor();
    await pages.getByTestId('announcer').getByText('La grabación está lista').waitFor();
    recording = await readyRecording(server.url, room);
    await pages.close();
  });

  it('[ER4] has the pause in no file, and says where it was', async () => {
    const { manifest } = recording;
    expect(manifest.pauses).toHaveLength(1);
    expect(manifest.phrases).toEqual([]);
    expect(manifest.mix).not.toBeNull();
    for (const file of soundPaths(manifest)) {
      const sound = await decodedFile(server.url, room, recording, file);
      expect(sound.seconds).toBeLessThan(manifest.durationSeconds + 0.3);
      for (let second = 0; second + 1 <= sound.seconds; second += 1) {
        expect(sound.shareBetween(second, second + 1, BETO_HZ)).toBeLessThan(0.02);
      }
    }
    const mix = await decodedFile(server.url, room, recording, manifest.mix!.webm.path);
    expect(mix.shareBetween(1, 2, ANA_HZ)).toBeGreaterThan(0.5);
  });

  it('[ER5] finds the marked moments in the player, and goes to them', async () => {
    const { page } = ana;
    const { roomId, recordingId } = recording.summary;
    const { moderator } = room.invitations;
    await page.goto(`${server.url}/r/${roomId}/recordings/${recordingId}#${moderator}`);
    const markers = page.getByRole('region', { name: 'Momentos marcados' }).getByRole('button');
    await markers.first().waitFor();
    const shown = await markers.allInnerTexts();
    expect(shown.map((text) => text.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^0:\d\d Momento marcado$/),
      expect.stringMatching(/^0:\d\d Momento marcado$/),
      expect.stringMatching(/^0:\d\d Aquí decidimos la fecha$/),
    ]);
    await markers.last().click();
    await playerShows(ana, recording.manifest.markers[2]!.seconds);
    await page.getByText(/^En el minuto 0:\d\d la grabación se pausó/).waitFor();
  });
});

/** Runs in the page before its scripts: what it asks every second or two it asks ten times as often. */
function askOften(): void {
  const { setTimeout: real } = globalThis;
  globalThis.setTimeout = ((action: () => void, ms = 0) =>
    real(action, ms >= 1_000 ? ms / 10 : ms)) as typeof setTimeout;
}
