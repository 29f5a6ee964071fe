import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { spread } from './figures.ts';
import { toText, usageOf } from './usage.ts';
import { Visitor } from './visitor.ts';

const AUTHORS = 10;
const PEERS = 100;
const PHRASES_PER_SECOND = 20;
const SECONDS = 60;
const ARRIVE_MS = 2_000;

/** A room of 100, of whom ten write as fast as they may, for a minute: every phrase to every peer. */
export async function measurePhraseLoad(): Promise<string> {
  const server = await ServerProcess.start({ speaks: true });
  const room = await createRoom(server.url, 'Medida');
  const visitors: Visitor[] = [];
  const sentMs = new Map<string, number>();
  const delays: number[] = [];
  try {
    for (let index = 0; index < PEERS; index += 1) {
      const role = index < AUTHORS ? 'speaker' : 'audience';
      const options = { role, name: `P${index}`, deaf: true, confirms: true } as const;
      const visitor = await Visitor.enter(server.url, room, options);
      visitor.onPhrase = ({ draftId }) =>
        delays.push(performance.now() - (sentMs.get(draftId) ?? 0));
      visitors.push(visitor);
    }
    const usage = usageOf(server.pid, SECONDS * 1_000);
    const beganMs = performance.now();
    for (let sent = 0; sent < PHRASES_PER_SECOND * SECONDS; sent += 1) {
      await delay(Math.max(0, beganMs + (sent * 1_000) / PHRASES_PER_SECOND - performance.now()));
      const draftId = `d${sent}`;
      sentMs.set(draftId, performance.now());
      visitors[sent % AUTHORS]?.say({ draftId, text: 'Hola a todos', language: 'es' });
    }
    const used = await usage;
    await delay(ARRIVE_MS);
    const all = sentMs.size * PEERS;
    return `${spread(delays, 'ms')}, ${all - delays.length} of ${all} lost; ${toText(used)}`;
  } finally {
    for (const visitor of visitors) visitor.close();
    await server.cleanUp();
  }
}
