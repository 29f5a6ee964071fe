import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  InvitationInfoSchema,
  InvitationListSchema,
  MAX_INVITATIONS,
  RoomCreatedSchema,
  type InvitationId,
  type InvitationInfo,
  type PeerId,
  type Role,
  type RoomId,
} from '#protocol';
import { ROOM_ID, invitedAs } from '#tests/support/builders.ts';
import { Site, refused } from '#tests/support/site.ts';
import * as v from 'valibot';

const INVITATIONS = `/api/rooms/${ROOM_ID}/invitations`;
const HOUR_MS = 3_600_000;
const OTHER_ROOM = 'room-0000002' as RoomId;

describe('invitations over HTTP', () => {
  let site: Site;
  let moderator: string;
  beforeEach(async () => {
    site = await Site.open();
    moderator = await site.invitation('moderator');
  });
  afterEach(() => site.close());

  const invite = async (body: object, token = moderator) =>
    v.parse(InvitationInfoSchema, (await site.post(INVITATIONS, body, token)).json());
  const listed = async (token = moderator) =>
    v.parse(InvitationListSchema, (await site.get(INVITATIONS, token)).json()).invitations;
  const revoke = (id: string, body: object = {}, token = moderator) =>
    site.post(`${INVITATIONS}/${id}/revoke`, body, token);
  const looks = async (token: string | null) =>
    refused(await site.get(`/api/rooms/${ROOM_ID}`, token ?? ''))[0];

  it('[IN1] are made by a moderator for a role, a time and so many people, and listed, the newest first', async () => {
    const limited = await invite({
      role: 'speaker',
      label: ' Tenores ',
      validHours: 2,
      maxUses: 3,
    });
    expect(limited).toMatchObject({
      ...{ role: 'speaker', label: 'Tenores', maxUses: 3, uses: 0, revokedAt: null },
      createdAt: site.clock.wallMs(),
      expiresAt: site.clock.wallMs() + 2 * HOUR_MS,
    });
    const plain = await invite({ role: 'audience' }, await site.access('moderator'));
    expect(plain).toMatchObject({ label: '', maxUses: null });
    expect(plain.expiresAt - plain.createdAt).toBe(90 * 24 * HOUR_MS);
    const all = await listed();
    expect(all.slice(0, 2)).toEqual([plain, limited]);
    expect(all[2]?.token).toBe(moderator);
    for (const { token } of all) expect(await looks(token)).toBe(200);
  });

  it('[IN2] of the room that was made are three, one a role, and those that it was answered with', async () => {
    const made = v.parse(
      RoomCreatedSchema,
      (await site.post('/api/rooms', { roomName: 'Coro', settings: { lobby: true } })).json(),
    );
    const { moderator: token } = made.invitations;
    const answer = await site.get(`/api/rooms/${made.roomId}/invitations`, token);
    const { invitations } = v.parse(InvitationListSchema, answer.json());
    expect(new Map(invitations.map((it) => [it.role as string, it.token]))).toEqual(
      new Map(Object.entries(made.invitations)),
    );
    expect(site.book.find(made.roomId)?.settings.lobby).toBe(true);
  });

  it.each(['speaker', 'audience'] as const)('[IN3] are no matter of a %s', async (role) => {
    for (const token of [await site.invitation(role), await site.access(role)]) {
      const answers = [
        await site.get(INVITATIONS, token),
        await site.post(INVITATIONS, { role: 'audience' }, token),
        await revoke(invitedAs('audience'), {}, token),
      ];
      for (const answer of answers) expect(refused(answer)).toEqual([403, 'FORBIDDEN']);
    }
    expect(site.book.invitation(ROOM_ID, invitedAs(role))?.revokedAt).toBeNull();
  });

  it('[IN4] let nobody in once they are revoked, and open no other door', async () => {
    await site.invitation('speaker');
    const { token, invitationId } = await invite({ role: 'moderator' });
    const answer = await revoke(invitationId, {}, moderator);
    expect(answer.statusCode).toBe(200);
    const info = v.parse(InvitationInfoSchema, answer.json());
    expect(info).toMatchObject({ token: null, revokedAt: site.clock.wallMs() });
    expect((await listed())[0]).toEqual(info);
    const doors = [
      await site.get(`/api/rooms/${ROOM_ID}`, token ?? ''),
      await site.post(`/api/rooms/${ROOM_ID}/peers`, { displayName: 'Ana' }, token ?? ''),
      await site.post(`/api/rooms/${ROOM_ID}/connection-tests`, {}, token ?? ''),
      await site.get(`/api/rooms/${ROOM_ID}/phrasebook`, token ?? ''),
      await site.get(`/api/rooms/${ROOM_ID}/recordings`, token ?? ''),
      await site.get(INVITATIONS, token ?? ''),
    ];
    for (const door of doors) expect(refused(door)).toEqual([401, 'INVITATION_REVOKED']);
    expect(site.rooms.ended).toEqual([]);
  });

  it('[IN5] that are revoked end those they let in where that is asked, but for who asks', async () => {
    const { invitationId } = await invite({ role: 'speaker' });
    await revoke(invitationId, { endAdmitted: true });
    const peerId = 'peer-moderator' as PeerId;
    await revoke(invitationId, { endAdmitted: true }, await site.access('moderator', { peerId }));
    expect(site.rooms.ended).toEqual([
      { invitationId, except: null },
      { invitationId, except: peerId },
    ]);
  });

  it('[IN6] of moderators are never all revoked, however many are at one moment', async () => {
    expect(refused(await revoke(invitedAs('moderator')))).toEqual([409, 'WRONG_STATE']);
    const second = await invite({ role: 'moderator' });
    const answers = await Promise.all([
      revoke(invitedAs('moderator')),
      revoke(second.invitationId, {}, second.token ?? ''),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409]);
  });

  it('[IN7] of nobody, or of another room, are not found', async () => {
    const elsewhere = await site.invitation('moderator', OTHER_ROOM);
    const other = 'invitation-other' as InvitationId;
    const [first] = site.book.invitations(OTHER_ROOM);
    if (first) site.book.invite(OTHER_ROOM, { ...first, invitationId: other });
    for (const id of [other, 'invitation-none', '..%2F..', 'x']) {
      expect(refused(await revoke(id)), id).toEqual([404, 'NOT_FOUND']);
    }
    expect(site.book.invitation(OTHER_ROOM, other)?.revokedAt).toBeNull();
    expect(refused(await site.get(INVITATIONS, elsewhere))).toEqual([401, 'UNAUTHORIZED']);
  });

  it.each([
    ['no role', {}],
    ['a role that is none', { role: 'owner' }],
    ['no time', { role: 'speaker', validHours: 0 }],
    ['more than a year', { role: 'speaker', validHours: 8_761 }],
    ['half a person', { role: 'speaker', maxUses: 0.5 }],
    ['a long label', { role: 'speaker', label: 'a'.repeat(61) }],
    ['a key too many', { role: 'speaker', token: 'x' }],
  ])('[IN8] are not made with %s', async (_what, body) => {
    const answer = await site.post(INVITATIONS, body, moderator);
    expect(refused(answer)).toEqual([400, 'INVALID_MESSAGE']);
    expect(await listed()).toHaveLength(1);
  });

  it('[IN9] have a limit: of those that are good at once, and of those an address makes', async () => {
    const made: InvitationInfo[] = [];
    while (made.length < MAX_INVITATIONS - 1) made.push(await invite({ role: 'audience' }));
    const tooMany = await site.post(INVITATIONS, { role: 'audience' }, moderator);
    expect(refused(tooMany)).toEqual([409, 'LIMIT_REACHED']);
    for (const { invitationId } of made.slice(0, 100)) await revoke(invitationId);
    const asked = await site.post(INVITATIONS, { role: 'audience' }, moderator);
    expect(refused(asked)).toEqual([429, 'RATE_LIMITED']);
    site.clock.advance(1_000);
    expect((await site.post(INVITATIONS, { role: 'audience' }, moderator)).statusCode).toBe(201);
  }, 15_000);

  it('[IN10] that cannot be kept are not given out', async () => {
    site.book.fails = true;
    const answer = await site.post(INVITATIONS, { role: 'speaker' }, moderator);
    expect(refused(answer)).toEqual([507, 'STORAGE_FAILED']);
    expect(refused(await site.post('/api/rooms', { roomName: 'Coro' }))).toEqual([
      507,
      'STORAGE_FAILED',
    ]);
  });

  describe('to somebody who moderates by a gift', () => {
    const gifted = async (role: Role) => {
      const peerId = 'peer-gifted1' as PeerId;
      const token = await site.access(role, { peerId });
      site.rooms.roles.set(peerId, 'moderator');
      return token;
    };

    it.each(['speaker', 'audience'] as const)(
      '[IN11] who came as %s, show no way in as a moderator, and make none',
      async (role) => {
        const token = await gifted(role);
        const own = await invite({ role: 'speaker' }, token);
        const shown = new Map((await listed(token)).map((it) => [it.invitationId, it]));
        expect(shown.get(invitedAs('moderator'))).toMatchObject({ token: null, revokedAt: null });
        expect(shown.get(own.invitationId)?.token).toBe(own.token);
        const answer = await site.post(INVITATIONS, { role: 'moderator' }, token);
        expect(refused(answer)).toEqual([403, 'FORBIDDEN']);
        expect((await listed()).filter((it) => it.role === 'moderator')).toHaveLength(1);
      },
    );

    it('[IN11] who was invited to moderate, show and make all', async () => {
      const token = await site.access('moderator');
      const { invitationId } = await invite({ role: 'moderator' }, token);
      for (const { token: way } of await listed(token)) expect(way).not.toBeNull();
      expect(site.book.invitation(ROOM_ID, invitationId)?.role).toBe('moderator');
    });
  });

  it('[IN12] are listed so many times in a while at one address, and only moderators are counted', async () => {
    const speaker = await site.invitation('speaker');
    for (let turn = 0; turn < 60; turn += 1) await site.get(INVITATIONS, speaker);
    for (let turn = 0; turn < 60; turn += 1) await listed();
    const answer = await site.get(INVITATIONS, moderator);
    expect(refused(answer)).toEqual([429, 'RATE_LIMITED']);
    expect((await site.post(INVITATIONS, { role: 'audience' }, moderator)).statusCode).toBe(201);
    site.clock.advance(1_000);
    expect((await site.get(INVITATIONS, moderator)).statusCode).toBe(200);
  });
});
