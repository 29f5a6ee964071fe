import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { spread } from './figures.ts';
import { Visitor } from './visitor.ts';

const PEERS = 10;
const ROUNDS = 100;
/** Ten authors at two phrases a second each. */
const PAUSE_MS = 60;
const ROUND_TIMEOUT_MS = 5_000;

/** From sending a phrase to its arrival at each of ten peers, over real data channels. */
export async function measurePhrases(): Promise<string> {
  const server = await ServerProcess.start();
  const room = await createRoom(server.url, 'Medida');
  const visitors: Visitor[] = [];
  try {
    for (let index = 0; index < PEERS; index += 1) {
      visitors.push(await Visitor.enter(server.url, room, { role: 'speaker', name: `P${index}` }));
    }
    const delays: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      delays.push(...(await sendOne(visitors, round)));
      await delay(PAUSE_MS);
    }
    return spread(delays, 'ms');
  } finally {
    for (const visitor of visitors) visitor.close();
    await server.cleanUp();
  }
}

/** Authors take turns, so that nobody's rate limit is in the way. Milliseconds until each receipt. */
async function sendOne(visitors: readonly Visitor[], round: number): Promise<number[]> {
  const draftId = `r${round}`;
  const arrivals: number[] = [];
  const everyone = Promise.withResolvers<void>();
  const timeout = setTimeout(
    () => everyone.reject(new Error(`phrase ${round} reached ${arrivals.length} of ${PEERS}`)),
    ROUND_TIMEOUT_MS,
  );
  for (const visitor of visitors) {
    visitor.onPhrase = (phrase) => {
      if (phrase.draftId !== draftId) return;
      arrivals.push(performance.now());
      if (arrivals.length === visitors.length) everyone.resolve();
    };
  }
  const sent = performance.now();
  visitors[round % visitors.length]?.say({ draftId, text: 'Hola a todos', language: 'es' });
  await everyone.promise.finally(() => clearTimeout(timeout));
  return arrivals.map((at) => at - sent);
}
