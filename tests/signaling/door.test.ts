import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ErrorBodySchema } from '#protocol';
import { identity } from '#tests/support/builders.ts';
import { Switchboard, received } from '#tests/support/switchboard.ts';
import * as v from 'valibot';

describe('the door for sockets', () => {
  let board: Switchboard;
  beforeEach(async () => {
    board = await Switchboard.open();
  });
  afterEach(() => board.close());

  /** The error body of a refused handshake. */
  const refusal = async (token: unknown) => {
    const socket = board.socket(token);
    const failed = received(socket, 'connect_error');
    socket.connect();
    return v.parse(ErrorBodySchema, ((await failed) as { data?: unknown }).data);
  };

  it('[SG1] opens to a good token from an allowed origin', async () => {
    const { socket } = await board.connect(identity());
    expect(socket.connected).toBe(true);
  });

  it.each([
    ['none', undefined, 'UNAUTHORIZED'],
    ['a wrong one', 'nonsense', 'UNAUTHORIZED'],
    ['an expired one', 'stale', 'TOKEN_EXPIRED'],
    ['a number', 7, 'UNAUTHORIZED'],
    ['an object', { toString: 'pass-1' }, 'UNAUTHORIZED'],
    ['one beyond any length', 'x'.repeat(5_000), 'UNAUTHORIZED'],
    ['one on which the server fails', 'broken', 'INTERNAL'],
  ])('[SG2] stays shut with a token that is %s', async (_what, token, code) => {
    const body = await refusal(token);
    expect(body.code).toBe(code);
    expect(body.message).not.toContain('canary4711');
  });

  it.each([
    ['another', { origin: 'https://evil.example' }],
    ['a longer', { origin: 'https://cora.example.org.evil.example' }],
    ['none', {}],
  ])(
    '[SG3] stays shut to a page of %s origin',
    async (_what, extraHeaders: Record<string, string>) => {
      const socket = board.socket(board.pass(identity()), { extraHeaders });
      const failed = received(socket, 'connect_error');
      socket.connect();
      expect(await failed).toBeInstanceOf(Error);
      expect(board.house.log.of('info')).toEqual([]);
    },
  );

  it('[SG4] takes WebSocket only', async () => {
    const socket = board.socket(board.pass(identity()), { transports: ['polling'] });
    const failed = received(socket, 'connect_error');
    socket.connect();
    expect(await failed).toBeInstanceOf(Error);
  });

  it('[SG33] hands out the next token before one ends, for as long as somebody is in', async () => {
    const { clock } = board.house;
    const who = identity({ expiresAt: clock.wallMs() + 9_000 });
    const client = await board.connect(who);
    const tokens: string[] = [];
    client.socket.on('tokenRefreshed', ({ accessToken }) => tokens.push(accessToken));
    // Not before somebody is in: who only connects has the one they have.
    expect(await client.codeOf('join', {})).toBe('ok');
    clock.advance(6_000);
    await expect.poll(() => tokens).toHaveLength(1);
    clock.advance(3_000);
    expect(await client.codeOf('echo', {})).toBe('ok');
    clock.advance(900_000);
    await expect.poll(() => tokens.length).toBeGreaterThan(1);
    expect(await client.codeOf('leave', {})).toBe('ok');
  });

  it('[SG5] closes on a person whose token ends while they are in, and tells them why', async () => {
    const { clock } = board.house;
    board.signs = false;
    const who = identity({ expiresAt: clock.wallMs() + 1_000 });
    const stays = await board.connect(identity());
    await stays.ask('join', {});
    const client = await board.connect(who);
    const closed = received(client.socket, 'disconnect');
    await client.ask('join', {});
    clock.advance(999);
    await client.ask('echo', {});
    expect(await client.codeOf('getPhrases', { afterSeq: 0 })).toBe('ok');
    clock.advance(1);
    expect(await closed).toBe('io server disconnect');
    expect(client.notifications.at(-1)).toEqual({
      name: 'removed',
      body: { code: 'TOKEN_EXPIRED' },
    });
    expect(await stays.codeOf('leave', {})).toBe('ok');
    expect(stays.heard).toEqual([
      'answer to join',
      'rosterChanged',
      'rosterChanged',
      'answer to leave',
    ]);
  });

  it('[SG6] refuses every message of an expired token, whatever the timer does', async () => {
    const client = await board.connect(identity());
    vi.spyOn(board.house.clock, 'wallMs').mockReturnValue(Number.MAX_SAFE_INTEGER);
    expect(await client.codeOf('join', {})).toBe('TOKEN_EXPIRED');
  });

  it('[SG7] writes no token and no address to its log', async () => {
    const client = await board.connect(identity());
    const closed = received(client.socket, 'disconnect');
    client.socket.disconnect();
    await closed;
    const log = JSON.stringify(board.house.log.lines);
    expect(log).toContain('socket connected');
    expect(log).not.toMatch(/pass-1|127\.0\.0\.1/);
  });
});
