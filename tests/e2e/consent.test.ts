import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSENT_WORDS, type RoomCreated } from '#protocol';
import { expectAccessible } from '#tests/support/accessible.ts';
import { DESKTOP, PHONE, Person } from '#tests/support/person.ts';
import {
  decodedFile,
  fetchFile,
  readyRecording,
  soundPaths,
  type ReadyRecording,
} from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  agreeToBeRecorded,
  consentQuestion,
  createRoom,
  enterRoom,
  recordingReaches,
  roomLink,
  sayPhrase,
  seesPhrase,
} from '#tests/support/visit.ts';

const ANA_HZ = 440;
const BETO_HZ = 1_000;
const CARLA_HZ = 1_600;
const KEPT = 'Esta frase queda';
const NOT_KEPT = {
  beforeAnswering: 'Aún no contesto',
  afterRefusing: 'Dije que no',
  afterWithdrawing: 'Ya me retiré',
};

describe('a recording that not everybody wants to be in', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto, carla] = [] as unknown as [Person, Person, Person];
  let recording: ReadyRecording;
  /** Milliseconds since 1970, noted by this process, on the same machine as the server. */
  const at = { agreed: 0, withdrawn: 0 };

  beforeAll(async () => {
    server = await ServerProcess.start();
    room = await createRoom(server.url, 'Vecinos');
    [ana, beto, carla] = await Promise.all([
      Person.open({ voiceHz: ANA_HZ }),
      Person.open({ voiceHz: BETO_HZ }),
      Person.open({ voiceHz: CARLA_HZ }),
    ]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await enterRoom(carla, roomLink(server.url, room, 'speaker'), 'Carla');
    await ana.hears(BETO_HZ, CARLA_HZ);
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
  });
  afterAll(async () => {
    await Promise.all([ana, beto, carla].map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EC1] asks everyone but who began it, and leaves them the room meanwhile', async () => {
    for (const person of [beto, carla]) {
      await consentQuestion(person).getByText(CONSENT_WORDS.es.ask).waitFor();
    }
    expect(await consentQuestion(ana).count()).toBe(0);
    await agreeToBeRecorded(beto);
    at.agreed = Date.now();

    const { page } = carla;
    await page.setViewportSize(PHONE);
    const controls = page.getByRole('region', { name: 'Controles' });
    for (const name of ['Silenciar el micrófono', 'Personas', 'Salir de la sala']) {
      await controls.getByRole('button', { name }).click({ trial: true });
    }
    await sayPhrase(carla, NOT_KEPT.beforeAnswering);
    await seesPhrase(beto, NOT_KEPT.beforeAnswering);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(scroll).toBeLessThanOrEqual(PHONE.width);
    await page.setViewportSize(DESKTOP);
  });

  it('[EC2] lets who refuses go on talking, heard and read by the others', async () => {
    await carla.page.getByRole('button', { name: 'No quiero que me graben' }).click();
    await consentQuestion(carla).waitFor({ state: 'detached' });
    await sayPhrase(carla, NOT_KEPT.afterRefusing);
    for (const person of [ana, beto]) {
      await seesPhrase(person, NOT_KEPT.afterRefusing);
      await person.hears(CARLA_HZ);
    }
  });

  it('[EC3] lets who agreed change their mind while it goes on', async () => {
    await sayPhrase(beto, KEPT);
    await seesPhrase(ana, KEPT);
    await recordingReaches(ana, '0:05');
    await beto.page.getByRole('button', { name: 'Tu voz en la grabación' }).click();
    await beto.page.getByRole('button', { name: 'Ya no quiero que me graben' }).click();
    await beto.page.getByRole('dialog').waitFor({ state: 'detached' });
    at.withdrawn = Date.now();
    await ana.hears(BETO_HZ);
    await sayPhrase(beto, NOT_KEPT.afterWithdrawing);
    await seesPhrase(ana, NOT_KEPT.afterWithdrawing);
    await recordingReaches(ana, '0:09');
    await ana.page.getByRole('button', { name: 'Detener la grabación' }).click();
    recording = await readyRecording(server.url, room);
  });

  const decoded = (file: string) => decodedFile(server.url, room, recording, file);

  it('[EC4] has nothing of who refused in any file, and does not say who it was', async () => {
    const { manifest } = recording;
    expect(manifest.speakers.map(({ displayName }) => displayName).toSorted()).toEqual([
      'Ana',
      'Beto',
    ]);
    expect(manifest.notRecorded).toEqual({ count: 1, names: [] });
    for (const file of soundPaths(manifest)) {
      const sound = await decoded(file);
      for (let second = 0; second + 1 <= sound.seconds; second += 1) {
        expect(sound.shareBetween(second, second + 1, CARLA_HZ)).toBeLessThan(0.02);
      }
    }
    const onDisk = await everythingIn(server.recordingsDirectory);
    expect(onDisk).toContain(KEPT);
    for (const phrase of Object.values(NOT_KEPT)) expect(onDisk).not.toContain(phrase);
    expect(onDisk).not.toContain('Carla');
    const log = await fetchFile(server.url, room, recording, manifest.consentLog!.path);
    expect(log.toString()).toContain(CONSENT_WORDS.es.ask);
  });

  it('[EC5] has who withdrew from their yes to their no, in their file and in the mix', async () => {
    const { manifest } = recording;
    const agreed = (at.agreed - manifest.startedAt) / 1_000;
    const withdrawn = (at.withdrawn - manifest.startedAt) / 1_000;
    const file = manifest.speakers.find(({ displayName }) => displayName === 'Beto')!.file.path;
    const mixes = [manifest.mix!.mp3.path, manifest.mix!.webm.path];
    for (const heard of [file, ...mixes]) {
      const sound = await decoded(heard);
      const before = sound.shareBetween(agreed + 0.5, withdrawn - 1, BETO_HZ);
      const after = sound.shareBetween(withdrawn + 0.1, manifest.durationSeconds, BETO_HZ);
      // In the mix Ana's voice has its share too.
      expect(before).toBeGreaterThan(heard === file ? 0.5 : 0.02);
      expect(after).toBeLessThan(0.001);
    }
    const sound = await decoded(file);
    expect(sound.loudnessBetween(withdrawn + 0.1, manifest.durationSeconds)).toBeLessThan(0.001);
  });

  it('[EC6] has the phrases of those who agreed in its captions, and no others', async () => {
    const { manifest } = recording;
    expect(manifest.phrases.map(({ text }) => text)).toEqual([KEPT]);
    for (const { path: file } of [manifest.captions, manifest.captionsJson]) {
      const captions = await fetchFile(server.url, room, recording, file);
      expect(captions.toString()).toContain(KEPT);
      for (const phrase of Object.values(NOT_KEPT)) {
        expect(captions.toString()).not.toContain(phrase);
      }
    }
  });

  it('[EC7] asks anew for another recording, and names who lets it be said', async () => {
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
    await consentQuestion(beto).waitFor();
    await beto.picture('consent');
    await expectAccessible(beto);
    const mayName = { name: 'Pueden decir que estuve, aunque no se me oiga' };
    for (const person of [beto, carla]) {
      const question = consentQuestion(person);
      await question.getByRole('checkbox', mayName).check();
      await question.getByRole('button', { name: 'No quiero que me graben' }).click();
      await question.waitFor({ state: 'detached' });
      await person.page.getByRole('button', { name: 'Tu voz en la grabación' }).click();
      await person.page.getByRole('dialog').getByText('Dijiste que no').waitFor();
      await person.page.getByRole('checkbox', { ...mayName, checked: true }).waitFor();
    }
    await beto.page.getByRole('checkbox', mayName).uncheck();
    await carla.picture('consent-later');
    await expectAccessible(carla);
    await carla.page.keyboard.press('Escape');
    await recordingReaches(ana, '0:02');
    await ana.page.getByRole('button', { name: 'Detener la grabación' }).click();
    // With the recording goes the question.
    await beto.page.getByRole('dialog').waitFor({ state: 'detached' });
    const { manifest } = await readyRecording(server.url, room);
    expect(manifest.recordingId).not.toBe(recording.manifest.recordingId);
    expect(manifest.speakers.map(({ displayName }) => displayName)).toEqual(['Ana']);
    expect(manifest.notRecorded).toEqual({ count: 2, names: ['Carla'] });
  });
});

/** All files under a folder, one after another, for looking for what must not be in any. */
async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const contents = files.map((file) => readFile(path.join(file.parentPath, file.name), 'utf8'));
  return (await Promise.all(contents)).join('\n');
}
