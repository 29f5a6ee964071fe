import { setTimeout as delay } from 'node:timers/promises';
import { accessToken } from '#tests/support/rawSocket.ts';
import { createRoom } from '#tests/support/visit.ts';
import { quantile, spread } from './figures.ts';
import { Helper } from './helper.ts';
import type { LoopReport } from './loopProbe.ts';
import { MeasuredServer } from './measuredServer.ts';
import type { Comer, Coming } from './stormCrowd.ts';
import type { Noticed } from './talkers.ts';

const STORM_ROOMS = 40;
/** Twice as many as one address may knock in one moment. */
const NEIGHBOUR_ROOMS = 12;
const NEIGHBOURS_ADDRESS = '198.51.100.1';
const COMERS_PER_ROOM = 50;
const CROWDS = 2;
const CALM_MS = 10_000;
/** What the memory of sockets takes to be given back. */
const SETTLE_MS = 20_000;

/** 2,000 sockets that connect in one moment, while 20 talk: who gets in when, and what those notice. */
export const measureStorm = () => measure(STORM_ROOMS);

/** 600 that do so behind one address. */
export const measureNeighbours = () => measure(NEIGHBOUR_ROOMS, NEIGHBOURS_ADDRESS);

async function measure(rooms: number, address?: string): Promise<string> {
  const server = await MeasuredServer.start();
  const talkers = new Helper('./talkers.ts', [server.url]);
  const crowds = Array.from({ length: CROWDS }, () => new Helper('./stormCrowd.ts', [server.url]));
  try {
    await talkers.ask('enter');
    const comers = await prepare(server.url, rooms, address);
    await talkers.ask('notice');
    await delay(CALM_MS);
    const calm = await talkers.ask<Noticed>('notice');
    const before = await server.loop();

    const share = comers.length / CROWDS;
    const came = await Promise.all(
      crowds.map((crowd, index) =>
        crowd.ask<Coming[]>(comers.slice(index * share, (index + 1) * share)),
      ),
    );
    const storm = await talkers.ask<Noticed>('notice');
    const during = await server.loop();
    await Promise.all(crowds.map((crowd) => crowd.ask('leave')));
    await delay(SETTLE_MS);
    const after = await server.loop();
    return [
      comingIn(came.flat()),
      `talkers before ${toText(calm)}`,
      `talkers during ${toText(storm)}`,
      `event loop late p99 ${during.p99Ms.toFixed(0)} ms, at most ${during.maxMs.toFixed(0)} ms`,
      `memory ${[before, during, after].map(memory).join(' to ')}, the last ${SETTLE_MS / 1_000} s after all left`,
      `workers ${server.workerPids.length}`,
    ].join('\n  ');
  } finally {
    for (const helper of [talkers, ...crowds]) helper.end();
    await server.cleanUp();
  }
}

/** A token each, and an address each where they do not share one. */
async function prepare(url: string, rooms: number, shared?: string): Promise<Comer[]> {
  const comers: Comer[] = [];
  for (let roomNumber = 0; roomNumber < rooms; roomNumber += 1) {
    const room = await createRoom(url, `Sala ${roomNumber}`);
    for (let index = 0; index < COMERS_PER_ROOM; index += 1) {
      const address = `10.0.${roomNumber}.${index}`;
      const token = await accessToken(url, room, 'speaker', `P${index}`, address);
      comers.push({ token, address: shared ?? address });
    }
  }
  return comers;
}

function comingIn(came: readonly Coming[]): string {
  const inMs = came.flatMap((coming) => coming.inMs ?? []);
  const told = came.filter(({ heldOff }) => heldOff > 0);
  const toldMs = told.flatMap(({ heldOffMs }) => heldOffMs ?? []);
  const sum = (of: 'heldOff' | 'failures' | 'lost') => came.reduce((all, it) => all + it[of], 0);
  return (
    `${inMs.length} of ${came.length} in, ${spread(inMs, 'ms')}, the last after ${Math.max(...inMs).toFixed(0)} ms; ` +
    (told.length === 0
      ? 'nobody told to come again, '
      : `${told.length} told when to come again (${sum('heldOff')} times, the first time by ${quantile(toldMs, 1).toFixed(0)} ms), `) +
    `${sum('failures')} attempts failed, ${sum('lost')} sockets lost`
  );
}

export function toText(noticed: Noticed): string {
  const { answersMs, refused, phrasesMs, phrasesLost, received, lost, disconnects } = noticed;
  const percent = ((100 * lost) / (received + lost)).toFixed(2);
  return (
    `lost ${lost} of ${received + lost} packets (${percent} %), answers ${spread(answersMs, 'ms')}, ` +
    `${refused} not answered, phrases ${spread(phrasesMs, 'ms')}, ${phrasesLost} not there, ` +
    `${disconnects} disconnected`
  );
}

function memory({ residentBytes, heapBytes }: LoopReport): string {
  return `${(residentBytes / 1e6).toFixed(0)} MB (${(heapBytes / 1e6).toFixed(0)} of them in use by JavaScript)`;
}
