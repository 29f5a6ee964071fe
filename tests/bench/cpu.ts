import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { toText, usageOf } from './usage.ts';
import { Visitor } from './visitor.ts';

const SPEAKERS = 3;
const SETTLE_MS = 2_000;
const WINDOW_MS = 15_000;

/** Share of a core that Node and the worker use with three who talk, before and while recorded. */
export async function measureCpu(): Promise<string> {
  const server = await ServerProcess.start();
  const room = await createRoom(server.url, 'Medida');
  const visitors: Visitor[] = [];
  try {
    for (let index = 0; index < SPEAKERS; index += 1) {
      const role = index === 0 ? 'moderator' : 'speaker';
      const toneHz = 300 * (index + 1);
      visitors.push(await Visitor.enter(server.url, room, { role, name: `P${index}`, toneHz }));
    }
    const before = await shares(server);
    await visitors[0]?.signaling.request('startRecording', {});
    const during = await shares(server);
    await visitors[0]?.signaling.request('stopRecording', {});
    return `talking ${before}; talking and recorded ${during}`;
  } finally {
    for (const visitor of visitors) visitor.close();
    await server.cleanUp();
  }
}

async function shares(server: ServerProcess): Promise<string> {
  await delay(SETTLE_MS);
  return toText(await usageOf(server.pid, WINDOW_MS));
}
