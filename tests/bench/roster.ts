import { accessToken } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { cpuSeconds } from './figures.ts';
import { Helper } from './helper.ts';
import type { Told } from './rosterCrowd.ts';

const COMERS = 300;
const OVER_MS = 10_000;
/** Entering over HTTP is let through at this pace: see EntranceLimits. */
const AT_ONCE = 25;

/** 300 who come into one room within 10 s: what everybody's knowing of everybody costs. */
export async function measureRoster(): Promise<string> {
  const environment = { MAX_PEERS_PER_ROOM: String(COMERS + 10), TRUSTED_PROXIES: '127.0.0.1' };
  const server = await ServerProcess.start({ environment });
  const crowd = new Helper('./rosterCrowd.ts', [server.url]);
  try {
    const room = await createRoom(server.url, 'Aula magna');
    const tokens: string[] = [];
    for (let index = 0; index < COMERS; index += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, i) =>
        accessToken(server.url, room, 'audience', `Oyente ${index + i}`, `10.0.0.${index + i}`),
      );
      tokens.push(...(await Promise.all(some)));
    }
    const before = cpuSeconds(server.pid);
    const told = await crowd.ask<Told>({ tokens, overMs: OVER_MS });
    const seconds = cpuSeconds(server.pid) - before;
    const kilobytes = (bytes: number) => `${(bytes / 1_000 / COMERS).toFixed(1)} kB`;
    return (
      `each was told ${kilobytes(told.newsBytes)} in ${(told.messages / COMERS).toFixed(0)} messages ` +
      `after a snapshot of ${kilobytes(told.snapshotBytes)} on average; ` +
      `${seconds.toFixed(2)} s of Node's processor time, ${((seconds * 1e3) / COMERS).toFixed(1)} ms a join`
    );
  } finally {
    crowd.end();
    await server.cleanUp();
  }
}
