import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EnteredSchema,
  ErrorBodySchema,
  RoomCreatedSchema,
  RoomInfoSchema,
  type RoomId,
} from '#protocol';
import { ROOM_ID, SETTINGS } from '#tests/support/builders.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const OTHER_ROOM = 'room-0000002' as RoomId;

describe('rooms over HTTP', () => {
  let site: Site;
  beforeEach(async () => {
    site = await Site.open();
  });
  afterEach(() => site.close());

  it('[HT1] makes a room with an invitation a role, each good for that role only', async () => {
    const answer = await site.post('/api/rooms', { roomName: '  Coro  de los martes ' });
    expect(answer.statusCode).toBe(201);
    const { roomName, invitations } = v.parse(RoomCreatedSchema, answer.json());
    expect(roomName).toBe('Coro de los martes');
    for (const [role, invitation] of Object.entries(invitations)) {
      const entered = await site.get(`/api/rooms/${ROOM_ID}`, invitation);
      expect(v.parse(RoomInfoSchema, entered.json())).toEqual({
        roomId: ROOM_ID,
        roomName,
        role,
        peerCount: 2,
        recording: true,
        settings: SETTINGS,
      });
    }
  });

  it('[PN1] makes no room on a server that is about to end, which says so and gives what it has', async () => {
    const ready = await site.get('/readyz');
    expect([ready.statusCode, ready.json()]).toEqual([200, { ok: true }]);
    site.readiness.isReady = false;
    expect(refused(await site.post('/api/rooms', { roomName: 'Coro' }))).toEqual([
      503,
      'SERVER_STOPPING',
    ]);
    const answer = await site.get('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([503, { ok: false }]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await site.get('/healthz')).statusCode).toBe(200);
    const room = await site.get(`/api/rooms/${ROOM_ID}`, await site.invitation('speaker'));
    expect(room.statusCode).toBe(200);
  });

  it('[HT2] exchanges an invitation for an access token of its role', async () => {
    const answer = await site.post(
      `/api/rooms/${ROOM_ID}/peers`,
      { displayName: 'Ana' },
      await site.invitation('speaker'),
    );
    expect(answer.statusCode).toBe(201);
    const { accessToken, role } = v.parse(EnteredSchema, answer.json());
    expect(role).toBe('speaker');
    expect(await site.tokens.verifyAccess(accessToken)).toMatchObject({
      roomId: ROOM_ID,
      displayName: 'Ana',
      role: 'speaker',
    });
  });

  it('[EN4] gives an address no new names, or rooms, without end, and says when', async () => {
    const invitation = await site.invitation('speaker');
    const peers = `/api/rooms/${ROOM_ID}/peers`;
    const calls = [
      () => site.post(peers, { displayName: 'Ana' }, invitation),
      () => site.post('/api/rooms', { roomName: 'Coro' }),
    ];
    // Who has no invitation costs their neighbours nothing.
    const strangers = () => site.post(peers, { displayName: 'Ana' });
    await Promise.all(Array.from({ length: 400 }, strangers));
    for (const call of calls) {
      const school = await Promise.all(Array.from({ length: 300 }, call));
      expect(new Set(school.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
      const answer = await call();
      expect(refused(answer)).toEqual([429, 'RATE_LIMITED']);
      expect(answer.json()).toMatchObject({ error: { retryAfterMs: 1_000 } });
    }
    const looking = await site.get(`/api/rooms/${ROOM_ID}`, invitation);
    expect(looking.statusCode).toBe(200);
    site.clock.advance(1_000);
    for (const call of calls) expect((await call()).statusCode).toBe(201);
  }, 30_000);

  it('[HT3] lets nobody in without an invitation to this room', async () => {
    const tokens = [
      undefined,
      'nonsense',
      await site.invitation('moderator', OTHER_ROOM),
      await site.access('moderator'),
    ];
    for (const token of tokens) {
      const answers = [
        await site.get(`/api/rooms/${ROOM_ID}`, token),
        await site.post(`/api/rooms/${ROOM_ID}/peers`, { displayName: 'Ana' }, token),
      ];
      for (const answer of answers) expect(refused(answer)).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  it('[HT4] takes no role from a body', async () => {
    const answer = await site.post(
      `/api/rooms/${ROOM_ID}/peers`,
      { displayName: 'Ana', role: 'moderator' },
      await site.invitation('audience'),
    );
    expect(refused(answer)).toEqual([400, 'INVALID_MESSAGE']);
  });

  it.each([
    ['a key too many', { roomName: 'Coro', owner: 'me' }],
    ['no name', {}],
    ['an empty name', { roomName: ' \u200b ' }],
    ['a long name', { roomName: 'a'.repeat(61) }],
    ['a list', ['Coro']],
    ['null', 'null'],
    ['no JSON', '{"roomName":'],
    ['a prototype', '{"__proto__":{"x":1},"roomName":"Coro"}'],
    ['nothing', ''],
  ])('[HT5] refuses a body with INVALID_MESSAGE: %s', async (_what, body) => {
    const answer = await site.post('/api/rooms', body);
    expect(refused(answer)).toEqual([400, 'INVALID_MESSAGE']);
    expect(v.is(ErrorBodySchema, answer.json<{ error: unknown }>().error)).toBe(true);
    expect(site.log.of('error')).toEqual([]);
  });

  it('[HT10] refuses a body too large before reading it', async () => {
    const answer = await site.post('/api/rooms', { roomName: 'a'.repeat(70_000) });
    expect(refused(answer)).toEqual([413, 'INVALID_MESSAGE']);
  });

  it('[HT6] takes JSON only', async () => {
    const answer = await site.app.inject({
      method: 'POST',
      url: '/api/rooms',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'roomName=Coro',
    });
    expect(refused(answer)).toEqual([415, 'INVALID_MESSAGE']);
  });

  it('[HT7] repeats nothing of what it was sent in a refusal', async () => {
    const answers = [
      await site.post('/api/rooms', { roomName: 'Coro', canary4711: 1 }),
      await site.post('/api/rooms', '{"canary4711'),
      await site.get('/api/canary4711'),
      await site.get('/api/rooms/canary4711', 'canary4711'),
      await site.get('/%canary4711'),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain('canary4711');
      expect(refused(answer)[1]).toBeTypeOf('string');
    }
  });

  it('[HT8] makes tokens that its own doors take, however long the names', async () => {
    // Four marks on each letter: as many bytes as 60 and 40 characters can have.
    const letter = 'กิ่์ํ';
    const roomName = letter.repeat(60);
    const displayName = letter.repeat(40);
    const created = await site.post('/api/rooms', { roomName });
    const { invitations } = v.parse(RoomCreatedSchema, created.json());
    const entered = await site.post(
      `/api/rooms/${ROOM_ID}/peers`,
      { displayName },
      invitations.moderator,
    );
    const { accessToken } = v.parse(EnteredSchema, entered.json());
    const listed = await site.get(`/api/rooms/${ROOM_ID}/recordings`, accessToken);
    expect(listed.statusCode).toBe(200);
  });

  it('[HT9] writes no token to its log', async () => {
    site.library.fails = true;
    const token = await site.access('moderator');
    const answer = await site.get(`/api/rooms/${ROOM_ID}/recordings`, token);
    expect(refused(answer)).toEqual([500, 'INTERNAL']);
    expect(answer.body).not.toContain('/var/lib');
    expect(site.log.of('error')).toEqual(['request failed']);
    expect(JSON.stringify(site.log.lines)).not.toContain(token.slice(0, 20));
  });
});
