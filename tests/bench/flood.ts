import { setTimeout as delay } from 'node:timers/promises';
import type { RoomCreated } from '#protocol';
import { accessToken } from '#tests/support/rawSocket.ts';
import type { Flooded, FloodPlan } from './flooder.ts';
import { Helper } from './helper.ts';
import { MeasuredServer } from './measuredServer.ts';
import { toText } from './storm.ts';
import type { Noticed } from './talkers.ts';

const CALM_MS = 10_000;
const CALLS = 5_000;
const SPREAD_MS = 5_000;

interface Variant {
  readonly what: string;
  readonly people: number;
  readonly socketsEach: number;
  readonly name: string;
  readonly input: unknown;
  readonly spreadMs: number;
}

const CHEAP = { name: 'followPhrases', input: { on: false }, spreadMs: SPREAD_MS };
const COSTLY = { name: 'getPhrases', input: { afterSeq: 0 }, spreadMs: SPREAD_MS };
const VARIANTS: readonly Variant[] = [
  { what: 'one socket, a cheap call', people: 1, socketsEach: 1, ...CHEAP },
  { what: 'one socket, a costly call', people: 1, socketsEach: 1, ...COSTLY },
  { what: 'one socket, all in one moment', people: 1, socketsEach: 1, ...COSTLY, spreadMs: 0 },
  { what: 'five sockets of one person', people: 1, socketsEach: 5, ...CHEAP },
  { what: 'ten people at one address', people: 10, socketsEach: 1, ...CHEAP },
];

/** 5,000 valid calls in 5 s over a socket, while 20 talk and write: what becomes of it, and what those notice. */
export async function measureFlood(): Promise<string> {
  const server = await MeasuredServer.start();
  const talkers = new Helper('./talkers.ts', [server.url]);
  const flooder = new Helper('./flooder.ts', [server.url]);
  try {
    const [room] = await talkers.ask<RoomCreated[]>('enter');
    const workers = server.workerPids;
    await talkers.ask('notice');
    await delay(CALM_MS);
    const lines = [`talkers before ${toText(await talkers.ask<Noticed>('notice'))}`];
    for (const variant of VARIANTS) {
      const plan = await planOf(server.url, room as RoomCreated, variant);
      await server.loop();
      await talkers.ask('notice');
      const flooded = await flooder.ask<Flooded[]>(plan);
      const noticed = await talkers.ask<Noticed>('notice');
      const { p99Ms, maxMs } = await server.loop();
      lines.push(
        `${variant.what}: ${outcome(flooded)}`,
        `  talkers ${toText(noticed)}; event loop late p99 ${p99Ms.toFixed(0)} ms, at most ${maxMs.toFixed(0)} ms`,
      );
    }
    const isSame = String(workers) === String(server.workerPids);
    return [...lines, `workers ${isSame ? 'are the same' : 'HAVE CHANGED'}`].join('\n  ');
  } finally {
    for (const helper of [talkers, flooder]) helper.end();
    await server.cleanUp();
  }
}

async function planOf(url: string, room: RoomCreated, variant: Variant): Promise<FloodPlan> {
  const { people, socketsEach, name, input, spreadMs } = variant;
  const tokens: string[] = [];
  for (let index = 0; index < people; index += 1) {
    const token = await accessToken(url, room, 'speaker', `F${index}`);
    for (let socket = 0; socket < socketsEach; socket += 1) tokens.push(token);
  }
  const address = `198.51.100.${VARIANTS.indexOf(variant) + 1}`;
  return { tokens, address, name, input, calls: CALLS, spreadMs };
}

function outcome(flooded: readonly Flooded[]): string {
  const sum = (of: 'sent' | 'served' | 'refused') => flooded.reduce((all, it) => all + it[of], 0);
  const answered = sum('served') + sum('refused');
  const gone = flooded.map(({ goneMs }) => (goneMs === null ? 'never' : `${goneMs.toFixed(0)} ms`));
  const again = new Set(flooded.map(({ comingAgain }) => comingAgain));
  return (
    `${sum('sent')} sent, ${answered} answered, ${((100 * sum('refused')) / answered).toFixed(1)} % of those RATE_LIMITED; ` +
    `gone after ${gone.join(', ')} with ${[...new Set(flooded.map(({ removedWith }) => removedWith))].join(', ')}; ` +
    `coming again: ${[...again].join(', ')}`
  );
}
