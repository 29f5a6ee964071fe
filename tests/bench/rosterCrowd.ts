import { setTimeout as delay } from 'node:timers/promises';
import { RawSocket } from '#tests/support/rawSocket.ts';
import { answerQuestions } from './helper.ts';

// A process of people who come into one room, evenly over some seconds, and count what they are told.

export interface Told {
  /** Bytes of the websocket's frames: of the answers to `join`, and of all else. */
  readonly snapshotBytes: number;
  readonly newsBytes: number;
  readonly messages: number;
}

const [url = ''] = process.argv.slice(2);
const sockets: RawSocket[] = [];

async function come(token: string, told: { bytes: number; messages: number }): Promise<number> {
  const socket = await RawSocket.open(url, token);
  sockets.push(socket);
  let answerBytes = 0;
  socket.socket.io.engine.on('packet', ({ data }: { data?: unknown }) => {
    if (typeof data !== 'string') return;
    // An answer of socket.io begins with 3, anything else that it brings with 2.
    if (data.startsWith('3')) answerBytes += data.length;
    else [told.bytes, told.messages] = [told.bytes + data.length, told.messages + 1];
  });
  await socket.ask('join', {});
  return answerBytes;
}

answerQuestions(async ({ tokens, overMs }: { tokens: readonly string[]; overMs: number }) => {
  const told = { bytes: 0, messages: 0 };
  const answers = await Promise.all(
    tokens.map(async (token, index) => {
      await delay((index * overMs) / tokens.length);
      return come(token, told);
    }),
  );
  // What the last of them caused is still on its way.
  await delay(1_000);
  for (const socket of sockets) socket.close();
  const snapshotBytes = answers.reduce((sum, bytes) => sum + bytes, 0);
  return { snapshotBytes, newsBytes: told.bytes, messages: told.messages } satisfies Told;
});
