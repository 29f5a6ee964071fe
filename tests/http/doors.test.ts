import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EnteredSchema,
  RecordingDetailSchema,
  type InvitationId,
  type PeerId,
  type Role,
  type RoomId,
} from '#protocol';
import { FLOOD_BAN_MS, MODERATOR_BAN_MS } from '#server/domain/bans.ts';
import { peerIdOf } from '#server/ids.ts';
import { INVITATION_ID, ROOM_ID, invitedAs } from '#tests/support/builders.ts';
import { makePersonKey } from '#tests/support/fakeBook.ts';
import { RECORDING_ID } from '#tests/support/manifest.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const ROOM = `/api/rooms/${ROOM_ID}`;
const RANGE = { range: 'bytes=0-0' };
const ANA = 'peer-ana-0001' as PeerId;

describe('the doors of HTTP', () => {
  let site: Site;
  beforeEach(async () => {
    site = await Site.open();
  });
  afterEach(() => site.close());

  const enter = (token: string, body: object = {}) =>
    site.post(`${ROOM}/peers`, { displayName: 'Ana', ...body }, token);
  const entered = async (token: string, body: object = {}) =>
    v.parse(EnteredSchema, (await enter(token, body)).json());
  const keepOut = (peerId: PeerId, code: 'BANNED' | 'RATE_LIMITED', lastsMs: number) => {
    const atMs = site.clock.wallMs();
    const untilMs = atMs + lastsMs;
    site.bans.ban({ roomId: ROOM_ID, peerId, displayName: 'Ana', atMs, untilMs, code });
  };
  /** Every door behind which a moderator has rights. */
  const moderatorsDoors = (token: string) =>
    Promise.all([
      site.get(`${ROOM}/invitations`, token),
      site.post(`${ROOM}/invitations`, { role: 'moderator' }, token),
      site.post(`${ROOM}/invitations/${INVITATION_ID}/revoke`, {}, token),
      site.get(`${ROOM}/recordings`, token),
      site.post(`${ROOM}/recordings`, {}, token),
      site.get(`${ROOM}/recordings/${RECORDING_ID}`, token),
      site.post(`${ROOM}/recordings/${RECORDING_ID}/stop`, {}, token),
      site.delete(`${ROOM}/recordings/${RECORDING_ID}`, token),
      site.get(`${ROOM}/recordings/${RECORDING_ID}/shares`, token),
      site.post(
        `${ROOM}/recordings/${RECORDING_ID}/shares`,
        { permission: 'play', expiresInDays: 1 },
        token,
      ),
      site.delete(`${ROOM}/recordings/${RECORDING_ID}/shares/share-00000001`, token),
      site.put(`${ROOM}/phrasebook`, { version: 1, groups: [] }, token),
      site.delete(`${ROOM}/phrasebook`, token),
    ]);

  it('[DO1] know somebody by the key of their browser, and without one as somebody new', async () => {
    const token = await site.invitation('speaker');
    const personKey = makePersonKey();
    const first = await entered(token, { personKey });
    const again = await entered(token, { personKey, displayName: 'Ana María' });
    expect([first.peerId, again.peerId]).toEqual(Array(2).fill(peerIdOf(ROOM_ID, personKey)));
    expect((await entered(token)).peerId).not.toBe((await entered(token)).peerId);
    for (const bad of ['', 'short', `${personKey}=`, 12]) {
      expect(refused(await enter(token, { personKey: bad }))).toEqual([400, 'INVALID_MESSAGE']);
    }
    const answer = await enter(token, { personKey });
    expect(answer.body).not.toContain(personKey);
  });

  it('[DO2] count those who come in with an invitation by person', async () => {
    const token = await site.invitation('speaker');
    const id = invitedAs('speaker');
    const stored = site.book.invitation(ROOM_ID, id);
    if (!stored) throw new Error('no invitation');
    const limited = { ...stored, invitationId: 'invited-two' as InvitationId, maxUses: 2 };
    site.book.invite(ROOM_ID, limited);
    const toTwo = await site.tokens.signInvitation(ROOM_ID, limited);
    const keys = Array.from({ length: 3 }, makePersonKey);
    const answers = await Promise.all(
      [...keys, ...keys].map((personKey) => enter(toTwo, { personKey })),
    );
    const refusals = answers.map(refused);
    expect(refusals.filter(([status]) => status === 201)).toHaveLength(4);
    expect(refusals.filter(([, code]) => code === 'INVITATION_USED')).toHaveLength(2);
    expect(refused(await enter(toTwo))).toEqual([409, 'INVITATION_USED']);
    expect(site.book.invitation(ROOM_ID, limited.invitationId)?.uses).toBe(2);
    expect((await enter(token)).statusCode).toBe(201);
    // Looking counts nobody.
    expect((await site.get(ROOM, toTwo)).statusCode).toBe(200);
  });

  it('[DO3] stay shut for who is kept out, whatever invitation they bring, and for nobody else', async () => {
    const personKey = makePersonKey();
    const peerId = peerIdOf(ROOM_ID, personKey);
    keepOut(peerId, 'BANNED', MODERATOR_BAN_MS);
    for (const role of ['moderator', 'speaker', 'audience'] as const) {
      const answer = await enter(await site.invitation(role), { personKey });
      expect(refused(answer)).toEqual([403, 'BANNED']);
      expect(answer.json()).not.toHaveProperty('error.retryAfterMs');
    }
    expect(site.book.invitation(ROOM_ID, invitedAs('speaker'))?.uses).toBe(0);
    for (const door of await moderatorsDoors(await site.access('moderator', { peerId }))) {
      expect(refused(door)).toEqual([403, 'BANNED']);
    }
    const token = await site.access('audience', { peerId });
    expect(refused(await site.get(`${ROOM}/phrasebook`, token))).toEqual([403, 'BANNED']);
    const other = makePersonKey();
    const others = await enter(await site.invitation('speaker'), { personKey: other });
    expect(others.statusCode).toBe(201);
    site.bans.lift(ROOM_ID, peerId);
    expect((await enter(await site.invitation('speaker'), { personKey })).statusCode).toBe(201);
  });

  it('[DO3] say when to come again to who flooded the room', async () => {
    const personKey = makePersonKey();
    keepOut(peerIdOf(ROOM_ID, personKey), 'RATE_LIMITED', FLOOD_BAN_MS);
    const answer = await enter(await site.invitation('speaker'), { personKey });
    expect(refused(answer)).toEqual([429, 'RATE_LIMITED']);
    expect(answer.json()).toMatchObject({ error: { retryAfterMs: FLOOD_BAN_MS } });
  });

  it.each(['speaker', 'audience'] as const)(
    '[DO4] give a moderator who was made a %s no right any more, from that moment',
    async (role: Role) => {
      await site.invitation('moderator');
      const token = await site.access('moderator', { peerId: ANA });
      expect((await site.get(`${ROOM}/invitations`, token)).statusCode).toBe(200);
      site.rooms.roles.set(ANA, role);
      for (const door of await moderatorsDoors(token)) {
        expect(refused(door)).toEqual([403, 'FORBIDDEN']);
      }
      expect((await site.get(`${ROOM}/phrasebook`, token)).statusCode).toBe(200);
    },
  );

  it('[DO5] give who was made a moderator their rights at once', async () => {
    const token = await site.access('audience', { peerId: ANA });
    expect(refused(await site.get(`${ROOM}/recordings`, token))).toEqual([403, 'FORBIDDEN']);
    site.rooms.roles.set(ANA, 'moderator');
    expect((await site.get(`${ROOM}/recordings`, token)).statusCode).toBe(200);
  });

  it('[DO6] hear whose invitation was revoked as long as the room knows them', async () => {
    await site.invitation('moderator');
    const token = await site.access('moderator', { peerId: ANA });
    site.book.revoke(ROOM_ID, invitedAs('moderator'));
    site.rooms.known.add(ANA);
    expect((await site.get(`${ROOM}/recordings`, token)).statusCode).toBe(200);
    site.rooms.known.delete(ANA);
    for (const door of await moderatorsDoors(token)) {
      expect(refused(door)).toEqual([401, 'INVITATION_REVOKED']);
    }
  });

  it('[DO10] close what a moderator plays when they are none any more', async () => {
    const token = await site.access('moderator', { peerId: ANA });
    const detail = `${ROOM}/recordings/${RECORDING_ID}`;
    const { ticket } = v.parse(RecordingDetailSchema, (await site.get(detail, token)).json());
    const play = () =>
      site.get(`${detail}/files/speakers/ana.ogg?ticket=${ticket}`, undefined, RANGE);
    expect((await play()).statusCode).toBe(206);
    site.rooms.roles.set(ANA, 'speaker');
    expect(refused(await play())).toEqual([403, 'FORBIDDEN']);
    site.rooms.roles.delete(ANA);
    keepOut(ANA, 'BANNED', 1_000);
    expect(refused(await play())).toEqual([403, 'BANNED']);
    site.clock.advance(1_000);
    expect((await play()).statusCode).toBe(206);
    site.book.revoke(ROOM_ID, invitedAs('moderator'));
    expect(refused(await play())).toEqual([401, 'INVITATION_REVOKED']);
  });

  it('[DO7] tell a room that is not there from no other: both open to a good token only', async () => {
    const gone = await site.tokens.signInvitation('room-0000009' as RoomId, {
      ...{ invitationId: INVITATION_ID, role: 'moderator', label: '', maxUses: null, uses: 0 },
      ...{ createdAt: Date.now(), expiresAt: Date.now() + 60_000, revokedAt: null },
    });
    await site.invitation('speaker');
    const answers = [
      await site.get(ROOM),
      await site.get('/api/rooms/room-0000009'),
      await site.get(ROOM, gone),
      await site.get('/api/rooms/room-0000009', gone),
      await site.get(`${ROOM}/invitations`, gone),
      await site.get('/api/rooms/room-0000009/invitations', gone),
    ];
    for (const answer of answers) expect(refused(answer)).toEqual([401, 'UNAUTHORIZED']);
  });

  it('[DO8] show a room as it is now, not as it was when the link was made', async () => {
    const token = await site.invitation('speaker');
    const record = site.book.find(ROOM_ID);
    if (!record) throw new Error('no room');
    const settings = { ...record.settings, lobby: true };
    site.book.put({ ...record, roomName: 'Ensayo general', settings });
    expect((await site.get(ROOM, token)).json()).toMatchObject({
      ...{ roomName: 'Ensayo general', role: 'speaker', settings: { lobby: true } },
    });
    expect((await entered(token)).roomName).toBe('Ensayo general');
  });

  it('[DO9] shut at the end of an invitation, by the book', async () => {
    const token = await site.invitation('speaker');
    const { expiresAt = 0 } = site.book.invitation(ROOM_ID, invitedAs('speaker')) ?? {};
    site.clock.advance(expiresAt - site.clock.wallMs() - 1);
    expect((await site.get(ROOM, token)).statusCode).toBe(200);
    site.clock.advance(1);
    expect(refused(await enter(token))).toEqual([401, 'TOKEN_EXPIRED']);
  });
});
