import { setPriority } from 'node:os';
import { ProtocolError } from '#protocol';
import { joinInTurn } from '#web/client/joinInTurn.ts';
import { Signaling } from '#web/client/signaling.ts';
import { answerQuestions } from './helper.ts';

// A process of people who all come in one moment, each on the browser's own signalling.

/** A crowd has processors of its own, which this one takes no more of than is left. */
const LOW_PRIORITY = 10;
const PATIENCE_MS = 90_000;

export interface Comer {
  readonly token: string;
  readonly address: string;
}

/** How it went for one of them. */
export interface Coming {
  /** From the moment in which all began until the answer to `join`; null for who did not get in. */
  readonly inMs: number | null;
  /** How often the server said when to come again. */
  readonly heldOff: number;
  /** Until the server first said so; null where it never did. */
  readonly heldOffMs: number | null;
  /** How often it could not be reached, or lost the socket. */
  readonly failures: number;
  readonly lost: number;
}

setPriority(LOW_PRIORITY);
const [url = ''] = process.argv.slice(2);
const sockets: Signaling[] = [];

function come({ token, address }: Comer, beganMs: number): Promise<Coming> {
  return new Promise((resolve) => {
    let [heldOff, failures, lost] = [0, 0, 0];
    let heldOffMs: number | null = null;
    let inMs: number | null = null;
    const done = () => resolve({ inMs, heldOff, heldOffMs, failures, lost });
    const wait = () => {
      heldOff += 1;
      heldOffMs ??= performance.now() - beganMs;
    };
    const enter = async () => {
      try {
        await joinInTurn({ signaling, asked: {}, heldOff: wait, isWanted: () => true });
        inMs = performance.now() - beganMs;
        done();
      } catch (error) {
        const passes = error instanceof ProtocolError && error.code === 'INTERNAL';
        if (passes) signaling.reconnect();
        else done();
      }
    };
    const signaling: Signaling = new Signaling({
      url,
      accessToken: token,
      headers: { origin: url, 'x-forwarded-for': address },
      events: {
        connected: () => void enter(),
        disconnected: () => (lost += 1),
        refused: done,
        heldOff: wait,
        unreachable: () => (failures += 1),
        notified: () => {},
        asked: { newConsumer: () => Promise.reject(new Error('no sound here')) },
      },
    });
    sockets.push(signaling);
    setTimeout(done, PATIENCE_MS).unref();
  });
}

answerQuestions(async (question: readonly Comer[] | 'leave') => {
  if (question === 'leave') {
    for (const socket of sockets) socket.close();
    return null;
  }
  const beganMs = performance.now();
  return Promise.all(question.map((comer) => come(comer, beganMs)));
});
