import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';
import { spread } from './figures.ts';
import { Visitor } from './visitor.ts';

const PHRASE = '¿Me oyen bien? Empezamos ya, que son las diez y cuarto, ¿no?';
const ROUNDS = 41;
const AUDIBLE = 0.01;
const LOOK_MS = 5;
const PATIENCE_MS = 10_000;
/** The pause between two phrases, and the author's rate. */
const REST_MS = 800;

/** From sending a phrase of 60 characters to the first sample that another peer hears of it. */
export async function measureSpoken(): Promise<string> {
  const server = await ServerProcess.start({ speaks: true });
  const room = await createRoom(server.url, 'Medida');
  const visitors: Visitor[] = [];
  try {
    const author = await Visitor.enter(server.url, room, { role: 'moderator', name: 'Ana' });
    visitors.push(author);
    const listener = await Visitor.enter(server.url, room, { role: 'audience', name: 'Beto' });
    visitors.push(listener);
    const isHeard = () => (listener.voice?.loudness ?? 0) > AUDIBLE;
    const until = async (holds: () => boolean) => {
      const giveUpMs = performance.now() + PATIENCE_MS;
      while (!holds()) {
        if (performance.now() > giveUpMs) throw new Error('the voice was not heard');
        await delay(LOOK_MS);
      }
    };
    const delays: number[] = [];
    for (let seq = 1; seq <= ROUNDS; seq += 1) {
      const sent = performance.now();
      author.say({ draftId: `d${seq}`, text: `${seq} ${PHRASE}`.slice(0, 60), language: 'es' });
      await until(isHeard);
      delays.push(performance.now() - sent);
      await author.signaling.request('moderateSpeech', { action: 'skip', seq });
      await until(() => !isHeard());
      await delay(REST_MS);
    }
    // The first finds a voice that is still warming up.
    const [first = NaN, ...warm] = delays;
    return `${spread(warm, 'ms')}; the first after the start ${first.toFixed(0)} ms`;
  } finally {
    for (const visitor of visitors) visitor.close();
    await server.cleanUp();
  }
}
