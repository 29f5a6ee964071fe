import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBodySchema } from '#protocol';
import type { Identity } from '#server/session/ports.ts';
import { identity } from '#tests/support/builders.ts';
import { Switchboard, received, type Client } from '#tests/support/switchboard.ts';
import * as v from 'valibot';

const BAN_MS = 60_000;
const deep: unknown = JSON.parse('['.repeat(2_000) + ']'.repeat(2_000));

describe('too much over a socket', () => {
  let board: Switchboard;
  let ana: Client;
  let beto: Client;
  let who: Identity;
  beforeEach(async () => {
    board = await Switchboard.open({ trustsProxy: true });
    who = identity({ role: 'speaker' });
    ana = await board.connect(identity({ role: 'moderator' }));
    beto = await board.connect(who);
    await ana.ask('join', {});
    await beto.ask('join', {});
  });
  afterEach(() => board.close());

  const codes = (
    client: Client,
    count: number,
    name = 'setMuted',
    body: unknown = { muted: true },
  ) => Promise.all(Array.from({ length: count }, () => client.codeOf(name, body)));

  /** Asks on while time passes, until the connection is gone. */
  async function flood(client: Client, ask: () => void): Promise<void> {
    while (client.socket.connected) {
      for (let i = 0; i < 100; i += 1) ask();
      // Answered, so all before it have come; the last one is not, when the connection ended.
      await Promise.race([client.codeOf('setMuted', {}), received(client.socket, 'disconnect')]);
      board.house.clock.advance(100);
    }
  }

  /** The error body of a refused handshake. */
  async function refusalOf(someone: Identity, forwarded?: string) {
    const options = forwarded ? { extraHeaders: { 'x-forwarded-for': forwarded } } : {};
    const socket = board.socket(board.pass(someone), options);
    const failed = received(socket, 'connect_error');
    socket.connect();
    return v.parse(ErrorBodySchema, ((await failed) as { data?: unknown }).data);
  }

  it('[LM11] is answered with RATE_LIMITED and the time to wait, before anything is looked at', async () => {
    // Its join and its handshake count.
    expect((await codes(beto, 60)).filter((code) => code === 'NOT_FOUND')).toHaveLength(48);
    for (const [name, body] of [
      ['setMuted', { muted: true }],
      ['setMuted', deep],
      ['nonsense', {}],
      ['__proto__', 1],
    ] as const) {
      const reply = await beto.ask(name, body);
      expect(!reply.ok && v.parse(ErrorBodySchema, reply.error)).toEqual({
        code: 'RATE_LIMITED',
        message: 'too many requests',
        retryAfterMs: 50,
      });
    }
    expect(await ana.codeOf('setMuted', { muted: true })).toBe('NOT_FOUND');
    board.house.clock.advance(50);
    expect(await codes(beto, 2)).toEqual(['NOT_FOUND', 'RATE_LIMITED']);
  });

  it('[LM12] counts what wants no answer, and what has no known name', async () => {
    for (let i = 0; i < 24; i += 1) {
      beto.socket.emit('nonsense');
      beto.socket.emit('setMuted', { muted: true });
    }
    expect(await beto.codeOf('setMuted', { muted: true })).toBe('RATE_LIMITED');
  });

  it.each([
    [
      'requests',
      (client: Client) => void client.socket.emit('setMuted', { muted: true }, () => {}),
    ],
    ['what wants no answer', (client: Client) => void client.socket.emit('nonsense')],
    ['answers that nobody waits for', (client: Client) => client.socket.io.engine.send('37[{}]')],
    ['empty frames', (client: Client) => client.socket.io.engine.send('2["a"]')],
    ['attempts to get in', (client: Client) => client.socket.io.engine.send('0/nowhere,')],
    [
      'large frames',
      (client: Client) => void client.socket.emit('nonsense', { a: 'x'.repeat(31_000) }),
    ],
  ])('[LM13] of %s ends the visit, and the door stays shut for a minute', async (_what, ask) => {
    const left = received(ana.socket, 'rosterChanged');
    await flood(beto, () => ask(beto));
    expect(beto.notifications.at(-1)).toEqual({ name: 'removed', body: { code: 'RATE_LIMITED' } });
    await left;
    expect(board.house.log.of('warn')).toEqual(['peer removed: asked too much']);
    expect(await refusalOf(who)).toMatchObject({ code: 'RATE_LIMITED' });
    expect((await refusalOf(who)).retryAfterMs).toBeGreaterThan(BAN_MS - 1_000);
    expect(await ana.codeOf('setMuted', { muted: true })).toBe('NOT_FOUND');
    board.house.clock.advance(BAN_MS);
    expect((await board.connect(who)).socket.connected).toBe(true);
  });

  it('[LM14] is counted over all sockets of a person, all of which end', async () => {
    const more = [await board.connect(who), await board.connect(who)];
    const all = [beto, ...more];
    const answers = (await Promise.all(all.map((client) => codes(client, 20)))).flat();
    expect(answers.filter((code) => code !== 'RATE_LIMITED')).toHaveLength(50 - 4);
    await flood(beto, () => void beto.socket.emit('nonsense'));
    for (const client of more) {
      client.socket.emit('nonsense');
      if (client.socket.connected) await received(client.socket, 'disconnect');
      expect(client.notifications.at(-1)?.body).toEqual({ code: 'RATE_LIMITED' });
    }
  });

  it('[LM15] is not what a room of hundreds has acknowledged at once', async () => {
    for (let i = 0; i < 900; i += 1) beto.socket.io.engine.send(`3${i}[{"ok":true,"data":{}}]`);
    expect(await beto.codeOf('setMuted', { muted: true })).toBe('NOT_FOUND');
  });

  it('[LM16] of handshakes from one address is refused there, whoever comes, and nowhere else', async () => {
    const origin = 'https://cora.example.org';
    const from = (address: string) => ({ extraHeaders: { origin, 'x-forwarded-for': address } });
    const knock = async (address: string) => {
      const socket = board.socket('nonsense', from(address));
      const failed = received(socket, 'connect_error');
      socket.connect();
      const { data } = (await failed) as { data?: { code: string; retryAfterMs?: number } };
      return data;
    };
    expect((await knock('192.0.2.1'))?.code).toBe('UNAUTHORIZED');
    // One connection may knock many times, as long as it is not let in.
    const headers = { origin, 'x-forwarded-for': '192.0.2.1' };
    const address = `${board.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const many = new WebSocket(address, { headers } as unknown as string);
    const answers: string[] = [];
    many.addEventListener('message', ({ data }) => {
      const code = /^44.*(UNAUTHORIZED|RATE_LIMITED)/.exec(String(data))?.[1];
      if (code) answers.push(code);
    });
    await once(many, 'open');
    for (let i = 0; i < 1_100; i += 1) many.send('40{"token":"nonsense"}');
    await expect.poll(() => answers.length, { timeout: 15_000 }).toBe(1_100);
    many.close();
    expect(answers.filter((code) => code === 'UNAUTHORIZED')).toHaveLength(299);
    // 801 are told to come before, a hundred a second.
    expect(await knock('192.0.2.1')).toEqual({
      code: 'RATE_LIMITED',
      message: 'too many requests',
      retryAfterMs: 9_010,
    });
    expect((await knock('192.0.2.2'))?.code).toBe('UNAUTHORIZED');
  });
});
