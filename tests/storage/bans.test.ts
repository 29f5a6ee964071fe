import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_BANS, type PeerId, type RoomId } from '#protocol';
import { MODERATOR_BAN_MS, type Ban } from '#server/domain/bans.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteBans } from '#server/storage/sqliteBans.ts';
import { SqliteBook } from '#server/storage/sqliteBook.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';
import { SCRATCH } from '#tests/support/scratch.ts';
import { DAY_MS, room, roomIdOf } from './support/roomFile.ts';

const peerId = 'peer-0000001' as PeerId;
const OTHER_ROOM = roomIdOf(2);
const MINUTE_MS = 60_000;

describe('bans in the database', () => {
  const clock = new FakeClock();
  const log = new FakeLog();
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(SCRATCH, 'cora-bans-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ban = (forMs: number): Ban => ({
    roomId: ROOM_ID,
    peerId,
    displayName: 'Ana',
    atMs: clock.wallMs(),
    untilMs: clock.wallMs() + forMs,
    code: 'FORBIDDEN',
  });
  const open = () => {
    const database = openRoomDatabase({ directory, log });
    return { database, bans: new SqliteBans({ database, clock, log }) };
  };
  const inBook = (roomId: RoomId, { database }: { database: DatabaseSync }) => {
    const bans = new SqliteBans({ database, clock, log });
    const forgotten = (gone: RoomId) => bans.forgetRoom(gone);
    const book = new SqliteBook({ database, clock, log, forgotten });
    const expiresAt = clock.wallMs() + DAY_MS;
    book.create(room(roomId), [newInvitation({ createdAt: clock.wallMs(), expiresAt })]);
    return { bans, book };
  };

  it('[BN5] outlive the server, the longest of each, and are erased once they are over', () => {
    const first = open();
    first.bans.ban(ban(60_000));
    first.bans.ban(ban(30_000));
    // As after a kill: nothing is closed.
    const second = open();
    expect(second.bans.banOf(ROOM_ID, peerId, clock.wallMs())).toEqual(ban(60_000));
    clock.advance(60_000);
    second.bans.forgetOver();
    expect(second.database.prepare('SELECT * FROM bans').all()).toEqual([]);
    first.database.close();
    second.database.close();
  });

  it('[BN6] hold until the server ends where they cannot be written', () => {
    const { database, bans } = open();
    database.exec('PRAGMA query_only = ON');
    bans.ban(ban(60_000));
    expect(bans.banOf(ROOM_ID, peerId, clock.wallMs())).toEqual(ban(60_000));
    expect(log.of('error')).toContain('ban could not be written');
    database.close();
  });

  const moderators = (name: string): Ban => ({
    ...ban(MODERATOR_BAN_MS),
    peerId: name as PeerId,
    displayName: name,
    code: 'BANNED',
  });

  it('[BN8] of moderators outlive the server with their names, and so does taking one back', () => {
    const first = open();
    inBook(ROOM_ID, first);
    const [ana, beto] = [moderators('peer-ana1'), moderators('peer-beto')];
    first.bans.ban(ana);
    clock.advance(1);
    const later = { ...beto, atMs: clock.wallMs(), untilMs: clock.wallMs() + MODERATOR_BAN_MS };
    first.bans.ban(later);
    const second = open();
    expect(second.bans.banned(ROOM_ID, clock.wallMs())).toEqual([later, ana]);
    second.bans.lift(ROOM_ID, ana.peerId);
    expect(second.bans.banOf(ROOM_ID, ana.peerId, clock.wallMs())).toBeNull();
    expect(open().bans.banned(ROOM_ID, clock.wallMs())).toEqual([later]);
  });

  it('[BN9] of moderators are a thousand of a room: the oldest goes, of the file too', () => {
    const { database, bans } = open();
    for (let index = 0; index <= MAX_BANS; index += 1) {
      bans.ban({ ...moderators(`peer-${String(index).padStart(5, '0')}`), atMs: index });
    }
    const rows = database.prepare('SELECT count(*) AS n, min(at_ms) AS first FROM bans').get();
    expect({ ...rows }).toEqual({ n: MAX_BANS, first: 1 });
  }, 30_000);

  it('[BN10] that are over are looked for once a minute, however many bans come, and by an index', () => {
    const { database, bans } = open();
    clock.advance(MINUTE_MS);
    bans.ban({ ...ban(1), peerId: 'peer-first1' as PeerId });
    clock.advance(MINUTE_MS - 1);
    const erased = vi.spyOn(bans, 'forgetOver');
    for (let index = 0; index < 100; index += 1) {
      bans.ban({ ...ban(MINUTE_MS), peerId: `peer-${String(index).padStart(5, '0')}` as PeerId });
    }
    expect(erased).not.toHaveBeenCalled();
    clock.advance(1);
    bans.ban({ ...ban(MINUTE_MS), peerId: 'peer-later1' as PeerId });
    expect(erased).toHaveBeenCalledOnce();
    const { n } = { ...database.prepare('SELECT count(*) AS n FROM bans').get() };
    expect(n).toBe(101);
    const plan = database.prepare('EXPLAIN QUERY PLAN DELETE FROM bans WHERE until_ms <= 1').all();
    expect(String(plan[0]?.['detail'])).toMatch(/^SEARCH bans USING .*INDEX bans_until/);
  });

  it('[BN11] go with their room, of the file too, and those of other rooms stay', () => {
    const file = open();
    const { bans } = inBook(ROOM_ID, file);
    bans.ban(moderators('peer-ana1'));
    clock.advance(31 * DAY_MS);
    inBook(OTHER_ROOM, file);
    bans.ban({ ...moderators('peer-beto'), roomId: OTHER_ROOM });
    expect(bans.banned(ROOM_ID, clock.wallMs())).toEqual([]);
    expect(bans.banned(OTHER_ROOM, clock.wallMs())).toHaveLength(1);
    const left = file.database.prepare('SELECT room_id AS roomId FROM bans').all();
    expect(left.map((row) => row['roomId'])).toEqual([OTHER_ROOM]);
  });

  it('[BN11] of a room that was forgotten while nobody saw to it are gone with the next start', () => {
    const file = open();
    inBook(OTHER_ROOM, file);
    file.bans.ban(moderators('peer-ana1'));
    file.bans.ban({ ...moderators('peer-beto'), roomId: OTHER_ROOM });
    const again = open();
    expect(again.bans.banned(ROOM_ID, clock.wallMs())).toEqual([]);
    expect(again.bans.banned(OTHER_ROOM, clock.wallMs())).toHaveLength(1);
    expect(again.database.prepare('SELECT * FROM bans').all()).toHaveLength(1);
  });
});
