import { setTimeout as delay } from 'node:timers/promises';
import { Robot } from '#tests/support/robot.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import type { Tone } from '#tests/support/tone.ts';
import { spread } from './figures.ts';

const ROOMS = 10;
const PEERS = 5;
/** Of each room: enough for everyone to hear somebody. */
const TALKERS = 2;
const SETTLE_MS = 2_000;
const PATIENCE_MS = 20_000;
const LOOK_MS = 10;

interface Place {
  readonly room: number;
  readonly robot: Robot;
  /** What it heard with when the worker died. */
  ears: Set<Tone>;
}

/** `kill -9` of one of two workers under ten rooms of five: who hears again when, and what the others hear of it. */
export async function measureWorkerKill(): Promise<string> {
  const server = await ServerProcess.start({ environment: { WORKERS: '2' } });
  const places: Place[] = [];
  try {
    for (let room = 0; room < ROOMS; room += 1) places.push(...(await fill(server.url, room)));
    await until(() => places.every(({ robot }) => heardFrom(robot).length > 0));
    await delay(SETTLE_MS);
    const before = new Map(places.map((place) => [place, revisionOf(place)]));
    for (const place of places) {
      place.ears = new Set(place.robot.ears.values());
      for (const ear of place.ears) ear.takeLongestQuietMs();
    }
    const killedMs = performance.now();
    process.kill(workersOf(server)[0] as number, 'SIGKILL');
    const hit = new Set(places.filter(({ room }) => room % 2 === 0));
    await until(() => [...hit].every((place) => heardAgainMs(place) !== null)).catch(() => {});
    await delay(SETTLE_MS);
    const spared = places.filter((place) => !hit.has(place));
    const back = [...hit].flatMap((place) => heardAgainMs(place) ?? []).map((ms) => ms - killedMs);
    const gaps = spared.flatMap(({ ears }) => [...ears].map((ear) => ear.takeLongestQuietMs()));
    const left = places.filter((place) => revisionOf(place) !== before.get(place)).length;
    return (
      `${back.length} of ${hit.size} hear again after ${spread(back, 'ms')}; ` +
      `the ${spared.length} on the other worker heard no gap over ${Math.max(...gaps).toFixed(0)} ms; ` +
      `${left} rosters changed; workers now ${workersOf(server).length - 1}`
    );
  } finally {
    for (const { robot } of places) robot.close();
    await server.cleanUp();
  }
}

async function fill(url: string, room: number): Promise<Place[]> {
  const created = await createRoom(url, `Sala ${room}`);
  const robots = Array.from({ length: PEERS }, (_, index) =>
    Robot.enter(url, created, {
      role: 'speaker',
      name: `P${index}`,
      ...(index < TALKERS && { toneHz: 400 + 100 * index }),
    }),
  );
  return (await Promise.all(robots)).map((robot) => ({ room, robot, ears: new Set() }));
}

/** Who is in the room, as this one is shown it. */
function revisionOf({ robot }: Place): string {
  return robot.client.state.peers.map(({ peerId }) => peerId).join();
}

const heardFrom = (robot: Robot) =>
  [...robot.ears.values()].filter(({ firstHeardMs }) => firstHeardMs !== null);

/** When it first heard anybody with new ears. */
function heardAgainMs({ robot, ears }: Place): number | null {
  const moments = heardFrom(robot).flatMap((ear) =>
    ears.has(ear) ? [] : (ear.firstHeardMs ?? []),
  );
  return moments.length === 0 ? null : Math.min(...moments);
}

function workersOf({ logLines }: ServerProcess): number[] {
  return logLines.flatMap((line) => {
    const { msg, pid } = JSON.parse(line) as { msg: string; pid: number };
    return msg === 'media worker started' ? [pid] : [];
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  while (!holds()) {
    deadline.throwIfAborted();
    await delay(LOOK_MS);
  }
}
