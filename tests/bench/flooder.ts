import { io, type Socket } from 'socket.io-client';
import type { Reply } from '#protocol';
import { answerQuestions } from './helper.ts';

// A process that asks far too much, over one socket or several.

const LINGER_MS = 1_000;

export interface FloodPlan {
  /** A socket each; one token several times is several sockets of one person. */
  readonly tokens: readonly string[];
  readonly address: string;
  readonly name: string;
  readonly input: unknown;
  /** Over each socket. */
  readonly calls: number;
  /** In which they are sent evenly; 0 sends all at once. */
  readonly spreadMs: number;
}

/** How it went over one socket. */
export interface Flooded {
  readonly sent: number;
  readonly served: number;
  /** With RATE_LIMITED and the time to wait. */
  readonly refused: number;
  /** From the first call until the server ended the connection; null where it did not. */
  readonly goneMs: number | null;
  /** What the server said last, and to who came again at once. */
  readonly removedWith: string | null;
  readonly comingAgain: string;
}

const [url = ''] = process.argv.slice(2);

function open(token: string, address: string): Socket {
  return io(url, {
    auth: { token },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { origin: url, 'x-forwarded-for': address },
  });
}

async function flood(plan: FloodPlan, token: string, joins: boolean): Promise<Flooded> {
  const socket = open(token, plan.address);
  await new Promise((resolve) => socket.once('connect', () => resolve(null)));
  if (joins) await socket.emitWithAck('join', {});
  let [sent, served, refused] = [0, 0, 0];
  let goneMs: number | null = null;
  let removedWith: string | null = null;
  const beganMs = performance.now();
  socket.on('removed', ({ code }: { code: string }) => (removedWith = code));
  const gone = new Promise<void>((resolve) => {
    socket.once('disconnect', () => {
      goneMs = performance.now() - beganMs;
      resolve();
    });
  });
  const take = (reply: Reply<unknown>) => {
    const isRefused = !reply.ok && reply.error.code === 'RATE_LIMITED';
    if (isRefused && reply.error.retryAfterMs !== undefined) refused += 1;
    else served += 1;
  };
  while (sent < plan.calls && socket.connected) {
    const elapsedMs = performance.now() - beganMs;
    const due =
      plan.spreadMs === 0 ? plan.calls : Math.floor((plan.calls * elapsedMs) / plan.spreadMs);
    for (; sent < Math.min(due, plan.calls); sent += 1) socket.emit(plan.name, plan.input, take);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, LINGER_MS))]);
  socket.disconnect();
  return { sent, served, refused, goneMs, removedWith, comingAgain: await comeAgain(token, plan) };
}

async function comeAgain(token: string, { address }: FloodPlan): Promise<string> {
  const socket = open(token, address);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve('let in'));
    socket.once('connect_error', (error) => {
      const { data } = error as { data?: { code?: string; retryAfterMs?: number } };
      resolve(`${data?.code}, ${Math.round((data?.retryAfterMs ?? 0) / 1_000)} s`);
    });
  }).then((how) => {
    socket.disconnect();
    return how as string;
  });
}

answerQuestions((plan: FloodPlan) =>
  // A person's second socket that joins would end the first.
  Promise.all(
    plan.tokens.map((token, index) => flood(plan, token, plan.tokens.indexOf(token) === index)),
  ),
);
