import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Reply, RoomCreated } from '#protocol';
import type { RosterNotice } from '#server/session/rosterNews.ts';
import { childrenOf } from '#tests/bench/figures.ts';
import { RawSocket, accessToken } from '#tests/support/rawSocket.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom } from '#tests/support/visit.ts';

const COMERS = 200;
const CALLS_AT_ONCE = 100;
/** A crowd on a busy machine. */
const PATIENCE_MS = 60_000;

describe('a real server that is asked too much', () => {
  let server: ServerProcess;
  let room: RoomCreated;
  let witness: RawSocket;
  beforeAll(async () => {
    server = await ServerProcess.start({ environment: { MAX_PEERS_PER_ROOM: '300' } });
  });
  afterAll(() => server.cleanUp());
  beforeEach(async () => {
    room = await createRoom(server.url, 'Sala');
    witness = await open(await token('Testigo'));
    onTestFinished(() => witness.close());
    await witness.ask('join', {});
  });

  const token = (name: string) => accessToken(server.url, room, 'speaker', name);
  const open = (access: string) => RawSocket.open(server.url, access);

  /** Asks the server something until `ended`, and gives back the codes of all refusals. */
  async function askUntil(ended: Promise<unknown>): Promise<(string | null)[]> {
    let isOver = false;
    void ended.finally(() => (isOver = true));
    const codes: (string | null)[] = [];
    while (!isOver) {
      codes.push(await witness.refusal('followPhrases', { on: false }));
      await delay(100);
    }
    return codes;
  }

  /** Comes in, again each time that the server said when. */
  async function comeIn(access: string): Promise<RawSocket> {
    for (;;) {
      try {
        const comer = await open(access);
        // However long its turn takes to come.
        const reply = (await comer.socket.emitWithAck('join', {})) as Reply<unknown>;
        if (reply.ok) return comer;
        comer.close();
        throw Object.assign(new Error(reply.error.code), { data: reply.error });
      } catch (error) {
        const { data } = error as { data?: { retryAfterMs?: number } };
        if (data?.retryAfterMs === undefined) throw error;
        await delay(data.retryAfterMs);
      }
    }
  }

  it('[FD2] sends a flooder away, and the others are answered', async () => {
    const workers = childrenOf(server.pid);
    const access = await token('Hostil');
    const hostile = await open(access);
    await hostile.ask('join', {});
    const gone = hostile.closed();
    const answers: { code: string | null; retryAfterMs: number | undefined }[] = [];
    const others = askUntil(gone);
    while (hostile.socket.connected) {
      for (let i = 0; i < CALLS_AT_ONCE; i += 1) {
        hostile.socket.emit('getPhrases', { afterSeq: 0 }, (reply: never) => {
          const { error } = reply as { error?: { code: string; retryAfterMs?: number } };
          answers.push({ code: error?.code ?? null, retryAfterMs: error?.retryAfterMs });
        });
      }
      await delay(50);
    }
    const refused = answers.filter(({ code }) => code === 'RATE_LIMITED');
    expect(refused.length / answers.length).toBeGreaterThan(0.9);
    expect(refused.filter(({ retryAfterMs }) => retryAfterMs === undefined)).toEqual([]);
    expect(hostile.notifications.at(-1)).toEqual({
      name: 'removed',
      body: { code: 'RATE_LIMITED' },
    });
    expect(new Set(await others)).toEqual(new Set([null]));
    await expect(open(access)).rejects.toMatchObject({ data: { code: 'RATE_LIMITED' } });
    expect(childrenOf(server.pid)).toEqual(workers);
  });

  it(
    '[FD3] lets a crowd in, and who was in before notices nothing',
    async () => {
      const tokens = await Promise.all(
        Array.from({ length: COMERS }, (_, index) => token(`P${index}`)),
      );
      const lost = witness.closed();
      const entering = Promise.all(tokens.map(comeIn));
      const others = askUntil(entering);
      const comers = await entering;
      onTestFinished(() => comers.forEach((comer) => comer.close()));
      expect(new Set(await others)).toEqual(new Set([null]));
      const joined = () =>
        witness.notifications
          .filter(({ name }) => name === 'rosterChanged')
          .reduce((sum, { body }) => sum + (body as RosterNotice).joined.length, 0);
      await expect.poll(joined, { timeout: 10_000 }).toBe(COMERS);
      expect(await Promise.race([lost, 'not lost'])).toBe('not lost');
    },
    PATIENCE_MS,
  );
});
