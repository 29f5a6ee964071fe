import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPhraseLane, type RoomCreated } from '#protocol';
import { Person } from '#tests/support/person.ts';
import { decodedFile, fetchFile, readyRecording } from '#tests/support/recordings.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  agreeToBeRecorded,
  createRoom,
  enterRoom,
  isTold,
  roomLink,
  sayPhrase,
  seesPhrase,
} from '#tests/support/visit.ts';
import { heardVoice, listenToVoice } from '#tests/support/voiceMeter.ts';

const PHRASE = 'La reunión empieza mañana a las diez en la sala grande';
const WINDOW_S = 0.05;

describe('a phrase that the server speaks', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let [ana, beto, carla]: [Person, Person, Person] = [] as never;
  const everyone = () => [ana, beto, carla];

  beforeAll(async () => {
    server = await ServerProcess.start({ speaks: true });
    room = await createRoom(server.url, 'Radio del barrio');
    [ana, beto, carla] = await Promise.all([Person.open(), Person.open(), Person.open()]);
    await enterRoom(ana, roomLink(server.url, room, 'moderator'), 'Ana');
    await enterRoom(beto, roomLink(server.url, room, 'speaker'), 'Beto');
    await enterRoom(carla, roomLink(server.url, room, 'audience'), 'Carla');
    // Nobody talks, so that the voice need not wait.
    for (const { page } of [ana, beto]) {
      await page.getByRole('button', { name: 'Silenciar el micrófono' }).click();
    }
    await ana.page.getByRole('button', { name: 'Grabar' }).click();
    await agreeToBeRecorded(beto);
    await Promise.all(everyone().map(listenToVoice));
  });
  afterAll(async () => {
    await Promise.all(everyone().map((person) => person?.close()));
    await server.cleanUp();
  });

  it('[EV1] is heard by all at the same moment, and for as long', async () => {
    const typedMs = Date.now();
    await sayPhrase(beto, PHRASE);
    const heard = await Promise.all(everyone().map((person) => heardVoice(person, typedMs)));
    for (const { fromMs, toMs } of heard) {
      // The author's name, and 54 characters.
      expect(toMs - fromMs).toBeGreaterThan(2_500);
      expect(toMs - fromMs).toBeLessThan(9_000);
      expect(fromMs - typedMs).toBeLessThan(5_000);
    }
    const begins = heard.map(({ fromMs }) => fromMs);
    expect(Math.max(...begins) - Math.min(...begins)).toBeLessThan(500);
  });

  it('[EV2] has the people’s voices lowered while it is heard, and raised again', async () => {
    const typedMs = Date.now();
    await sayPhrase(beto, 'Otra cosa más');
    const { samples, toMs } = await heardVoice(carla, typedMs);
    expect(Math.min(...samples.map(({ peopleVolume }) => peopleVolume ?? 1))).toBeLessThan(0.5);
    expect(Math.max(...samples.map(({ volume }) => volume))).toBe(1);
    await carla.page.waitForFunction(
      () =>
        document.querySelector<HTMLAudioElement>('audio[data-peer-id], audio[data-slot]')
          ?.volume === 1,
    );
    expect(toMs).toBeGreaterThan(typedMs);
  });

  it('[EV3] is told to have been heard, to its author', async () => {
    await beto.page
      .getByText(/la oyeron 2/i)
      .first()
      .waitFor();
  });

  it('[EV4] is not heard by who switched phrases off, and still shown', async () => {
    await carla.page.getByRole('button', { name: /^Con voz/ }).click();
    const typedMs = Date.now();
    await sayPhrase(ana, 'Sólo para leer');
    await seesPhrase(carla, 'Sólo para leer');
    const { samples } = await heardVoice(carla, typedMs);
    expect(samples.every(({ volume }) => volume === 0)).toBe(true);
  });

  it('[EV5] is in the recording as a track of its author’s, with its caption at the same second', async () => {
    await ana.page.getByRole('button', { name: 'Detener la grabación' }).click();
    await isTold(ana, 'La grabación está lista');
    const recording = await readyRecording(server.url, room);
    const { speakers, phrases, captions } = recording.manifest;
    const lanes = speakers.filter(({ peerId }) => isPhraseLane(peerId));
    expect(lanes.map(({ displayName }) => displayName).toSorted()).toEqual(['Ana', 'Beto']);
    const lane = lanes.find(({ displayName }) => displayName === 'Beto')!;
    const sound = await decodedFile(server.url, room, recording, lane.file.path);
    const caption = phrases.find(({ text }) => text === PHRASE)!;
    const isHeard = (at: number) => sound.loudnessBetween(at, at + WINDOW_S) > 0.01;
    let onset = 0;
    while (!isHeard(onset)) onset += WINDOW_S;
    expect(Math.abs(onset - caption.startSeconds)).toBeLessThan(0.5);
    expect(sound.loudnessBetween(onset, caption.endSeconds)).toBeGreaterThan(0.02);
    expect(caption.endSeconds - caption.startSeconds).toBeGreaterThan(2.5);
    const vtt = (await fetchFile(server.url, room, recording, captions.path)).toString();
    const cue = /(\d\d):(\d\d):(\d\d\.\d+) -->[^\n]*\n[^\n]*La reunión empieza/.exec(vtt)!;
    const [hours, minutes, seconds] = cue.slice(1).map(Number) as [number, number, number];
    expect(hours * 3_600 + minutes * 60 + seconds).toBeCloseTo(caption.startSeconds, 1);
  });
});
