import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { quantile, spread } from './figures.ts';
import type { LoopDelay } from './loopDelay.ts';
import type { Crowd, CrowdNews, Return } from './restartPlan.ts';

const PEERS = new URL('./restartPeers.ts', import.meta.url).pathname;
const LOOP_DELAY = new URL('./loopDelay.ts', import.meta.url).pathname;
const ROOMS = 10;
const PEERS_PER_ROOM = 10;
/** More people than one process runs as well as their browsers would. */
const PROCESSES = 2;
/** How long nothing answers before the server is begun again: a short stop, and one that people notice. */
const AWAY_MS = [1_000, 10_000] as const;
const BAR_MS = 5_000;
const SETTLE_MS = 3_000;
const PATIENCE_MS = 180_000;
const LOOK_MS = 5;
const ENVIRONMENT = { WORKERS: '2', NODE_OPTIONS: `--import=${LOOP_DELAY}` };

/** `kill -9` of a server under a hundred in ten rooms, and another in its place: who is back when, from its first answer on. */
export async function measureRestart(): Promise<string> {
  const rounds: string[] = [];
  for (const awayMs of AWAY_MS) rounds.push(await restart(awayMs));
  return rounds.join('\n  ');
}

async function restart(awayMs: number): Promise<string> {
  let server = await ServerProcess.start({ environment: ENVIRONMENT });
  const crowds: ChildProcess[] = [];
  try {
    const { home, url } = server;
    const rooms = [];
    for (let room = 0; room < ROOMS; room += 1) rooms.push(await createRoom(url, `Sala ${room}`));
    const share = ROOMS / PROCESSES;
    for (let index = 0; index < PROCESSES; index += 1) {
      const part = rooms.slice(index * share, (index + 1) * share);
      const crowd: Crowd = { url, rooms: part, peersPerRoom: PEERS_PER_ROOM };
      crowds.push(fork(PEERS, [JSON.stringify(crowd)]));
    }
    await Promise.all(crowds.map(newsOf));
    await delay(SETTLE_MS);

    const returns = Promise.all(crowds.map(async (crowd) => ((await newsOf(crowd)) as Back).back));
    for (const crowd of crowds) crowd.send('watch');
    await server.end('SIGKILL');
    await delay(awayMs);
    const answering = firstAnswer(url);
    const port = Number(new URL(url).port);
    server = await ServerProcess.start({ home, port, environment: ENVIRONMENT });
    const answeredMs = await answering;
    const back = (await returns).flat();
    return `away ${awayMs / 1_000} s: ${toText(back, answeredMs)}; ${loopDelay(server, answeredMs)}`;
  } finally {
    for (const crowd of crowds) crowd.kill('SIGKILL');
    await server.cleanUp();
  }
}

type Back = Extract<CrowdNews, { back: unknown }>;

function newsOf(crowd: ChildProcess): Promise<CrowdNews> {
  const { promise, resolve, reject } = Promise.withResolvers<CrowdNews>();
  crowd.once('message', (news) => resolve(news as CrowdNews));
  crowd.once('exit', (code) => reject(new Error(`a crowd ended with ${code}`)));
  const giveUp = setTimeout(() => reject(new Error('a crowd said nothing')), PATIENCE_MS);
  return promise.finally(() => clearTimeout(giveUp));
}

/** When the port first answers. */
async function firstAnswer(url: string): Promise<number> {
  for (;;) {
    const isThere = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return Date.now();
    await delay(LOOK_MS);
  }
}

function toText(back: readonly Return[], sinceMs: number): string {
  const after = (moment: number | null) => (moment === null ? [] : [moment - sinceMs]);
  const joinedMs = back.flatMap((it) => after(it.joinedMs));
  const inMs = back.flatMap((it) => after(it.inMs));
  const heardMs = back.flatMap((it) => after(it.heardMs));
  const inTime = inMs.filter((ms) => ms <= BAR_MS).length;
  return (
    `${inTime} of ${back.length} back within ${BAR_MS / 1_000} s: in the room after ` +
    `${spread(joinedMs, 'ms')}, with a way for phrases after ${spread(inMs, 'ms')}, the last ` +
    `${Math.max(...inMs).toFixed(0)} ms; they hear others again after ${spread(heardMs, 'ms')}`
  );
}

function loopDelay({ logLines }: ServerProcess, sinceMs: number): string {
  const lines = logLines.flatMap((line) => {
    const said = JSON.parse(line) as Partial<LoopDelay>;
    return said.msg === 'event loop delay' && Number(said.time) > sinceMs
      ? [said as LoopDelay]
      : [];
  });
  const most = Math.max(...lines.map(({ maxMs }) => maxMs));
  const p99 = quantile(
    lines.map(({ p99Ms }) => p99Ms),
    0.5,
  );
  return `event loop at most ${most.toFixed(0)} ms late, p99 of a quarter second ${p99.toFixed(0)} ms`;
}
