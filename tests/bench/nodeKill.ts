import type { Role } from '#protocol';
import { fork, type ChildProcess } from 'node:child_process';
import { Cluster } from '#tests/support/cluster.ts';
import { createRoom } from '#tests/support/visit.ts';
import { spread } from './figures.ts';
import type { NodeCrowd, NodeNews } from './nodeKillPlan.ts';

const PEERS = new URL('./nodeKillPeers.ts', import.meta.url).pathname;
const ROOMS = 10;
const PEERS_PER_ROOM = 10;
/** More people than one process runs as well as their browsers would. */
const PROCESSES = 2;
const BAR_MS = 5_000;

/** `kill -9` of the one of two servers that has ten rooms of ten: who is in which role on the other, and when. */
export async function measureNodeKill(): Promise<string> {
  const cluster = await Cluster.start(2);
  const crowds: ChildProcess[] = [];
  try {
    const [home] = cluster.servers;
    if (!home) throw new Error('no server started');
    const rooms = [];
    for (let room = 0; room < ROOMS; room += 1) {
      rooms.push(await createRoom(home.url, `Sala ${String(room)}`));
    }
    const share = ROOMS / PROCESSES;
    for (let index = 0; index < PROCESSES; index += 1) {
      const part = rooms.slice(index * share, (index + 1) * share);
      const crowd: NodeCrowd = { url: home.url, rooms: part, peersPerRoom: PEERS_PER_ROOM };
      crowds.push(fork(PEERS, [JSON.stringify(crowd)]));
    }
    const entered = crowds.map(newsOf);
    await Promise.all(entered);
    if (rooms.some((room) => cluster.holderOf(room) !== home)) throw new Error('not all on one');
    const watching = crowds.map(newsOf);
    for (const crowd of crowds) crowd.send('watch');
    await Promise.all(watching);
    const returning = crowds.map(newsOf);
    const killedMs = Date.now();
    await home.end('SIGKILL');
    const back = (await Promise.all(returning)).flatMap((news) => news.back ?? []);
    const inMs = back.flatMap(({ atMs }) => (atMs === null ? [] : [atMs - killedMs]));
    const inTime = inMs.filter((ms) => ms <= BAR_MS).length;
    const sameRoles = back.filter(({ before, after }) => isSame(before, after)).length;
    const withPhrases = back.filter(({ hasPhrases }) => hasPhrases).length;
    return (
      `${inTime} of ${back.length} back on the other within ${BAR_MS / 1_000} s of the kill ` +
      `(${spread(inMs, 'ms')}, the last ${Math.max(...inMs).toFixed(0)} ms), ` +
      `${sameRoles} in the role that they had, ${withPhrases} with what had been said`
    );
  } finally {
    for (const crowd of crowds) crowd.kill('SIGKILL');
    await cluster.cleanUp();
  }
}

const isSame = (before: Role | null, after: Role | null) => before !== null && before === after;

const PATIENCE_MS = 120_000;

function newsOf(crowd: ChildProcess): Promise<NodeNews> {
  const { promise, resolve, reject } = Promise.withResolvers<NodeNews>();
  crowd.once('message', (news) => resolve(news as NodeNews));
  crowd.once('exit', (code) => reject(new Error(`a crowd ended with ${String(code)}`)));
  const giveUp = setTimeout(() => reject(new Error('a crowd said nothing')), PATIENCE_MS);
  return promise.finally(() => clearTimeout(giveUp));
}
