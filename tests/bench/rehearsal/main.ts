// Four people in real browsers, a real server, some minutes: mute, leave and return, a refusal, a
// kill -9 and a restart; then what was recorded is decoded and compared with what each fake
// microphone played. Prints figures, asserts nothing.
//
//   node tests/bench/rehearsal/main.ts [minutes]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RoomCreated } from '#protocol';
import { Person } from '#tests/support/person.ts';
import { ServerProcess } from '#tests/support/server.ts';
import {
  agreeToBeRecorded,
  createRoom,
  enterRoom,
  roomLink,
  sayPhrase,
} from '#tests/support/visit.ts';
import { playedOnsets, watchMicrophone } from './onsets.ts';
import { report, type Act, type Span } from './report.ts';

const [minutes = 10] = process.argv.slice(2).map(Number);
/** One tenth of the whole: everything below happens at so many of these. */
const STEP_MS = (minutes * 60_000) / 10;
const VOICES = { Ana: 440, Beto: 620, Carla: 900, Dora: 1_250 } as const;
type Name = keyof typeof VOICES;

const say = (line: string) => process.stdout.write(`${line}\n`);
const beganMs = Date.now();
const until = (steps: number) => delay(Math.max(0, beganMs + steps * STEP_MS - Date.now()));

let server = await ServerProcess.start();
const { home, url } = server;
const room: RoomCreated = await createRoom(url, 'Ensayo general');
const cast = Object.fromEntries(
  await Promise.all(
    Object.entries(VOICES).map(async ([name, voiceHz]) => [name, await Person.open({ voiceHz })]),
  ),
) as Record<Name, Person>;
const { Ana, Beto, Carla, Dora } = cast;
// Four browsers that draw everything in software would leave this machine little else to do.
for (const { page } of Object.values(cast)) await page.emulateMedia({ reducedMotion: 'reduce' });

const enter = async (name: Name) => {
  const person = cast[name];
  await enterRoom(person, roomLink(url, room, name === 'Ana' ? 'moderator' : 'speaker'), name);
  await person.page.getByRole('button', { name: 'Silenciar el micrófono' }).waitFor();
  await watchMicrophone(person);
};
const press = (person: Person, name: string) => person.page.getByRole('button', { name }).click();
/** What pages noted before they were left, which forgets it. */
const kept: Record<Name, number[]> = { Ana: [], Beto: [], Carla: [], Dora: [] };

async function record(answers: (name: Name) => Promise<void>): Promise<Act> {
  await press(Ana, 'Grabar');
  await Ana.page.getByTestId('recording').waitFor();
  const fromMs = Date.now();
  const spans: Record<string, Span[]> = {
    Ana: [[fromMs, Infinity]],
    Beto: [],
    Carla: [],
    Dora: [],
  };
  for (const name of ['Beto', 'Dora'] as const) {
    await agreeToBeRecorded(cast[name]);
    spans[name] = [[Date.now(), Infinity]];
  }
  await answers('Carla');
  return { spans, phrases: [] };
}

const close = (act: Act, name: Name) => {
  const span = act.spans[name]?.at(-1);
  if (span) span[1] = Date.now();
};
const reopen = (act: Act, name: Name) => act.spans[name]?.push([Date.now(), Infinity]);
const phrase = async (act: Act, name: Name, text: string, isKept = true) => {
  await sayPhrase(cast[name], text);
  await Ana.page.getByRole('log').getByText(text).waitFor();
  if (isKept) act.phrases.push({ text, atMs: Date.now() });
};

for (const name of Object.keys(VOICES) as Name[]) await enter(name);
say(`four people are in, ${minutes} min`);

const first = await record(() => press(Carla, 'No quiero que me graben'));
await until(1);
await phrase(first, 'Ana', 'Empezamos');
close(first, 'Beto');
await press(Beto, 'Silenciar el micrófono');
await until(1.5);
await press(Beto, 'Activar el micrófono');
reopen(first, 'Beto');
await phrase(first, 'Beto', 'Ya estoy de vuelta');
await phrase(first, 'Carla', 'Esto no se graba', false);
await until(2);
kept.Dora.push(...(await playedOnsets(Dora)));
close(first, 'Dora');
await press(Dora, 'Salir de la sala');
await Dora.page.goto('about:blank');
await until(2.5);
await enter('Dora');
// Who left and came back through the door is somebody new to the room, and asked like anybody else.
await agreeToBeRecorded(Dora);
reopen(first, 'Dora');
await until(4);
await phrase(first, 'Dora', 'Antes del corte');
await until(5);

const killedMs = Date.now();
await server.end('SIGKILL');
for (const name of Object.keys(VOICES) as Name[]) close(first, name);
say(`killed after ${((killedMs - beganMs) / 1_000).toFixed(0)} s`);
await delay(2_000);
server = await ServerProcess.start({ home, port: Number(new URL(url).port) });
for (const name of ['Beto', 'Carla', 'Dora'] as const) await Ana.hears(VOICES[name]);
say(`all four hear each other again ${((Date.now() - killedMs) / 1_000).toFixed(1)} s after it`);

// Carla does not answer at all this time.
const second = await record(async () => {});
await until(7);
await phrase(second, 'Beto', 'La segunda parte');
await Ana.page.keyboard.press('F8');
await until(10);
const stoppedMs = Date.now();
for (const name of Object.keys(VOICES) as Name[]) close(second, name);
await press(Ana, 'Detener la grabación');
for (const name of Object.keys(VOICES) as Name[])
  kept[name].push(...(await playedOnsets(cast[name])));

const folder = await mkdtemp(path.join(tmpdir(), 'cora-rehearsal-'));
for (const line of await report({
  ...{ url, room, folder, killedMs, stoppedMs },
  acts: [first, second],
  played: kept,
  refusedHz: VOICES.Carla,
})) {
  say(line);
}
for (const person of Object.values(cast)) {
  const { violations } = await person.notes();
  if (violations.length > 0) say(`CSP violations: ${violations.join('; ')}`);
}
await Promise.all(Object.values(cast).map((person) => person.close()));
await server.cleanUp();
await rm(folder, { recursive: true });
process.exit(0);
