import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectionTestSchema,
  ProbeConnectedSchema,
  ProbeTallySchema,
  type RoomId,
} from '#protocol';
import { ROOM_ID } from '#tests/support/builders.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const TESTS = `/api/rooms/${ROOM_ID}/connection-tests`;
const FINGERPRINT = { algorithm: 'sha-256', value: Array(32).fill('AB').join(':') };
const ENDS = {
  send: { role: 'server', fingerprints: [FINGERPRINT] },
  receive: { role: 'server', fingerprints: [FINGERPRINT] },
};

describe('connection tests over HTTP', () => {
  let site: Site;
  let invitation: string;
  beforeEach(async () => {
    site = await Site.open();
    invitation = await site.invitation('audience');
  });
  afterEach(() => site.close());

  it('[CT15] take an invitation of any role, and go from begin to tally in three calls', async () => {
    const opened = await site.post(TESTS, {}, invitation);
    expect(opened.statusCode).toBe(201);
    const { testId } = v.parse(ConnectionTestSchema, opened.json());
    const connected = await site.post(`${TESTS}/${testId}/connect`, ENDS, invitation);
    expect(v.is(ProbeConnectedSchema, connected.json())).toBe(true);
    const closed = await site.delete(`${TESTS}/${testId}`, invitation);
    expect(v.parse(ProbeTallySchema, closed.json())).toEqual({ received: 40, answered: 100 });
    expect(site.probes.open).toEqual([]);
    expect(refused(await site.delete(`${TESTS}/${testId}`, invitation))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });

  it('[CT16] open nothing for whoever has no invitation to this room', async () => {
    const tokens = [
      undefined,
      'nonsense',
      await site.access('moderator'),
      await site.invitation('moderator', 'room-0000002' as RoomId),
    ];
    for (const token of tokens) {
      expect(refused(await site.post(TESTS, {}, token))).toEqual([401, 'UNAUTHORIZED']);
    }
    expect(site.probes.probes).toEqual([]);
  });

  it('[CT17] refuse what is not theirs to be told, and say when there is a place', async () => {
    expect(refused(await site.post(TESTS, { port: 22 }, invitation))).toEqual([
      400,
      'INVALID_MESSAGE',
    ]);
    const { testId } = (await site.post(TESTS, {}, invitation)).json<{ testId: string }>();
    const bare = { ...ENDS, send: { fingerprints: [] } };
    const answer = await site.post(`${TESTS}/${testId}/connect`, bare, invitation);
    expect(refused(answer)).toEqual([400, 'INVALID_MESSAGE']);
    const more = await Promise.all([1, 2, 3, 4].map(() => site.post(TESTS, {}, invitation)));
    const busy = more.find(({ statusCode }) => statusCode === 429);
    expect(busy?.json()).toMatchObject({ error: { code: 'RATE_LIMITED', retryAfterMs: 3_000 } });
  });
});
