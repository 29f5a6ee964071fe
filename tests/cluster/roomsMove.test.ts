import type { PeerId } from '#protocol';
import { MODERATOR_BAN_MS } from '#server/domain/bans.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOM_ID, SETTINGS } from '#tests/support/builders.ts';
import { ClusterNode, loggedPhrase, openRoomOn, until } from '#tests/support/clusterNode.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { Redis } from '#tests/support/redis.ts';

const ANA = 'peer-ana0001' as PeerId;
const EVA = 'peer-eva0001' as PeerId;
const SENT = { wasSent: true } as const;

describe('a room that moves', () => {
  let redis: Redis;
  let a: ClusterNode;
  let b: ClusterNode;

  beforeEach(async () => {
    redis = await Redis.start();
    [a, b] = await Promise.all([
      new ClusterNode(redis.url, 'a').open(),
      new ClusterNode(redis.url, 'b').open(),
    ]);
  });

  afterEach(async () => {
    await Promise.all([a.cleanUp(), b.cleanUp()]);
    await redis.cleanUp();
  });

  it('[QS20] brings all that is kept of it', async () => {
    const { book, bans, store } = a.kept;
    const first = newInvitation({ createdAt: 1, maxUses: 2 });
    const second = newInvitation({ createdAt: 2 });
    book.create({ roomId: ROOM_ID, roomName: 'Coro', settings: SETTINGS }, [first]);
    book.invite(ROOM_ID, second);
    book.use(ROOM_ID, first.invitationId, ANA);
    book.use(ROOM_ID, first.invitationId, EVA);
    book.revoke(ROOM_ID, second.invitationId);
    book.put({ roomId: ROOM_ID, roomName: 'Coro nuevo', settings: { ...SETTINGS, lobby: true } });
    const nowMs = Date.now();
    const untilMs = nowMs + MODERATOR_BAN_MS;
    const about = { roomId: ROOM_ID, atMs: nowMs, untilMs, code: 'BANNED' } as const;
    bans.ban({ ...about, peerId: EVA, displayName: 'Eva' });
    bans.ban({ ...about, peerId: ANA, displayName: 'Ana' });
    bans.lift(ROOM_ID, ANA);
    const { memory } = store.open(ROOM_ID);
    memory.keepStanding(ANA, {
      ...{ role: 'moderator', invitedAs: 'speaker', mutes: 2 },
      invitationId: first.invitationId,
    });
    memory.keepSpeech({ approval: 'all', held: true });
    for (let seq = 1; seq <= 300; seq += 1) memory.keepPhrase(loggedPhrase(seq));
    memory.release();
    await a.directory.release();
    await b.directory.requireHere(ROOM_ID, SENT);

    const there = b.kept;
    expect(there.book.find(ROOM_ID)).toEqual(book.find(ROOM_ID));
    expect(there.book.invitations(ROOM_ID)).toEqual(book.invitations(ROOM_ID));
    expect(() => there.book.use(ROOM_ID, first.invitationId, 'peer-new0001' as PeerId)).toThrow(
      /as many as it is for/,
    );
    expect(() => there.book.use(ROOM_ID, first.invitationId, EVA)).not.toThrow();
    expect(there.bans.banned(ROOM_ID, nowMs).map(({ peerId }) => peerId)).toEqual([EVA]);
    const { memory: next, kept } = there.store.open(ROOM_ID);
    expect(next.logId).toBe(memory.logId);
    expect(kept.phrases.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    expect(kept.phrases[7]).toEqual(loggedPhrase(8));
    expect(kept.speech).toEqual({ approval: 'all', held: true });
    expect(kept.standings.get(ANA)).toMatchObject({ role: 'moderator', mutes: 2 });
  });

  it('[QS21] begins anew with its numbers where its server ended without a word', async () => {
    const memory = openRoomOn(a);
    memory.keepPhrase(loggedPhrase(1));
    await a.directory.room(ROOM_ID)?.flush();
    await until(async () => (await a.directory.room(ROOM_ID)?.flush()) === true);
    a.die();
    await until(() => b.isHere(ROOM_ID));
    const { memory: next, kept } = b.kept.store.open(ROOM_ID);
    expect(kept.phrases).toEqual([loggedPhrase(1)]);
    expect(next.logId).not.toBe(memory.logId);
  });

  it('[QS22] brings nothing that was said where everybody has left', async () => {
    const memory = openRoomOn(a);
    memory.keepPhrase(loggedPhrase(1));
    memory.keepStanding(ANA, { role: null, invitedAs: 'speaker', invitationId: null, mutes: 1 });
    memory.forget();
    await a.directory.release();
    await b.directory.requireHere(ROOM_ID, SENT);
    const { kept } = b.kept.store.open(ROOM_ID);
    expect(kept).toEqual({ phrases: [], speech: null, standings: new Map() });
  });
});
