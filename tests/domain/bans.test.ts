import { describe, expect, it } from 'vitest';
import { MAX_BANS, type PeerId } from '#protocol';
import { Bans, MODERATOR_BAN_MS, refuseBanned, type Ban } from '#server/domain/bans.ts';
import { ROOM_ID } from '#tests/support/builders.ts';

const ana = 'peer-0000001' as PeerId;
const beto = 'peer-0000002' as PeerId;
const ban = (change: Partial<Ban> = {}): Ban => ({
  roomId: ROOM_ID,
  peerId: ana,
  displayName: 'Ana',
  atMs: 0,
  untilMs: 60_000,
  code: 'RATE_LIMITED',
  ...change,
});

describe('a ban', () => {
  it('[BN1] refuses with its code and says when to try again, until it has run out', () => {
    expect(() => refuseBanned(ban(), 58_999.5)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', retryAfterMs: 1_001 }),
    );
    expect(() => refuseBanned(ban(), 60_000)).not.toThrow();
    expect(() => refuseBanned(null, 0)).not.toThrow();
  });

  it('[BN1] of a year says no more than the protocol can: ask again in ten minutes', () => {
    expect(() => refuseBanned(ban({ untilMs: 3e10, code: 'FORBIDDEN' }), 0)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN', retryAfterMs: 600_000 }),
    );
  });

  it('[BN2] is of one person in one room, and is not made shorter by another', () => {
    const bans = new Bans();
    expect(bans.add(ban())).toBe(true);
    expect(bans.add(ban({ untilMs: 30_000, code: 'FORBIDDEN' }))).toBe(false);
    expect(bans.of(ROOM_ID, ana, 59_999)).toEqual(ban());
    expect(bans.add(ban({ untilMs: 90_000 }))).toBe(true);
    expect(bans.of(ROOM_ID, ana, 89_999)).toEqual(ban({ untilMs: 90_000 }));
    expect(bans.of(ROOM_ID, ana, 90_000)).toBeNull();
    expect(bans.of(ROOM_ID, beto, 0)).toBeNull();
    expect(bans.of('room-0000002' as typeof ROOM_ID, ana, 0)).toBeNull();
  });

  it('[BN7] of a moderator says nothing of when to try again', () => {
    const forever = ban({ code: 'BANNED', untilMs: MODERATOR_BAN_MS });
    expect(() => refuseBanned(forever, MODERATOR_BAN_MS - 1)).toThrow(
      expect.objectContaining({ code: 'BANNED', retryAfterMs: undefined }),
    );
  });

  it('[BN8] of a moderator can be taken back, and no other', () => {
    const bans = new Bans();
    bans.add(ban());
    bans.add(ban({ peerId: beto, code: 'BANNED', untilMs: 90_000 }));
    expect([bans.lift(ROOM_ID, ana), bans.lift(ROOM_ID, beto)]).toEqual([false, true]);
    expect(bans.of(ROOM_ID, ana, 0)).toEqual(ban());
    expect(bans.of(ROOM_ID, beto, 0)).toBeNull();
    expect(bans.lift(ROOM_ID, beto)).toBe(false);
  });

  it('[BN9] of a moderator is listed while it stands, the newest first, a thousand of a room', () => {
    const bans = new Bans();
    bans.add(ban());
    const given = Array.from({ length: MAX_BANS + 2 }, (_, index) =>
      ban({ peerId: `peer-${String(index)}` as PeerId, code: 'BANNED', atMs: index, untilMs: 9e9 }),
    );
    for (const one of given) bans.add(one);
    expect(bans.trim(ROOM_ID, 0)).toEqual([given[1], given[0]]);
    expect(bans.moderators(ROOM_ID, 0)).toEqual(given.slice(2).toReversed());
    expect(bans.of(ROOM_ID, ana, 0)).toEqual(ban());
    expect(bans.moderators(ROOM_ID, 9e9)).toEqual([]);
  });
});
