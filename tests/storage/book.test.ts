import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MAX_INVITATIONS,
  RoomSettingsSchema,
  type InvitationId,
  type PeerId,
  type RoomId,
} from '#protocol';
import type { NewInvitation } from '#server/domain/invitations.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteBook } from '#server/storage/sqliteBook.ts';
import { SqliteRooms } from '#server/storage/sqliteRooms.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';
import * as v from 'valibot';

const DAY_MS = 24 * 3_600_000;
const SETTINGS = v.parse(RoomSettingsSchema, {});
const CHANGED = v.parse(RoomSettingsSchema, { lobby: true, capacity: { speaker: 3 } });
const ANA = 'peer-0000001' as PeerId;

const refusal = (code: string) => expect.objectContaining({ name: 'ProtocolError', code });
const peer = (index: number) => `peer-${String(index).padStart(7, '0')}` as PeerId;

describe('the book of rooms', () => {
  let directory: string;
  let clock: FakeClock;
  let log: FakeLog;
  let opened: DatabaseSync[];
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'cora-book-'));
    clock = new FakeClock();
    log = new FakeLog();
    opened = [];
  });
  afterEach(() => {
    for (const database of opened) database.close();
    rmSync(directory, { recursive: true });
  });

  /** As a server starts: on whatever is there, also beside one that was not closed. */
  const start = (maxRooms?: number) => {
    const database = openRoomDatabase({ directory, log });
    opened.push(database);
    const limit = maxRooms === undefined ? {} : { maxRooms };
    return { database, book: new SqliteBook({ database, clock, log, ...limit }) };
  };
  const good = (change: Partial<NewInvitation> = {}) =>
    newInvitation({
      createdAt: clock.wallMs(),
      expiresAt: clock.wallMs() + 90 * DAY_MS,
      ...change,
    });
  const room = (roomId: RoomId = ROOM_ID) => ({ roomId, roomName: 'Coro', settings: SETTINGS });
  const opening = (...invitations: NewInvitation[]) => {
    const started = start();
    started.book.create(room(), invitations);
    return started;
  };

  it('[BO1] has rooms, what was changed of them and their invitations, though nothing was closed', () => {
    const { book } = start();
    expect([book.find(ROOM_ID), book.invitations(ROOM_ID)]).toEqual([null, []]);
    const [first, second, third] = [
      good({ role: 'moderator' }),
      good({ label: "'); DROP TABLE book; -- 🎶", maxUses: 2 }),
      good({ role: 'audience' }),
    ];
    book.create(room(), [first, second]);
    expect(book.find(ROOM_ID)).toEqual(room());
    book.put({ roomId: ROOM_ID, roomName: 'Ensayo', settings: CHANGED });
    book.invite(ROOM_ID, third);
    book.use(ROOM_ID, second.invitationId, ANA);
    clock.advance(5_000);
    book.revoke(ROOM_ID, third.invitationId);

    const again = start().book;
    expect(again.find(ROOM_ID)).toEqual({ roomId: ROOM_ID, roomName: 'Ensayo', settings: CHANGED });
    expect(again.invitations(ROOM_ID)).toEqual([
      { ...third, uses: 0, revokedAt: clock.wallMs() },
      { ...second, uses: 1, revokedAt: null },
      { ...first, uses: 0, revokedAt: null },
    ]);
    expect(again.invitation(ROOM_ID, second.invitationId)?.uses).toBe(1);
    expect(again.invitation('room-0000009' as RoomId, second.invitationId)).toBeNull();
  });

  it('[BO2] has on the disk what it promised: each write is flushed, and no other is', () => {
    const { database, book } = start();
    const levels: unknown[] = [];
    const level = database.prepare('PRAGMA synchronous');
    database.function('level', () => levels.push(level.get()?.['synchronous']));
    for (const table of ['book', 'invitations', 'bans']) {
      for (const event of ['INSERT', 'UPDATE']) {
        const name = `${table}_${event}`;
        database.exec(
          `CREATE TEMP TRIGGER ${name} AFTER ${event} ON ${table} BEGIN SELECT level(); END`,
        );
      }
    }
    const limited = good({ maxUses: 3 });
    const unlimited = good();
    book.create(room(), [limited, unlimited]);
    book.put(room());
    book.invite(ROOM_ID, good());
    book.use(ROOM_ID, limited.invitationId, ANA);
    book.revoke(ROOM_ID, limited.invitationId);
    expect(levels.length).toBeGreaterThanOrEqual(7);
    expect(new Set(levels)).toEqual(new Set([2]));
    levels.length = 0;
    book.use(ROOM_ID, unlimited.invitationId, ANA);
    expect(new Set(levels)).toEqual(new Set([1]));
    expect(() => book.use(ROOM_ID, limited.invitationId, ANA)).toThrow();
    expect(level.get()?.['synchronous']).toBe(1);
  });

  it('[BO3] lets in as many people as an invitation is for, each as often as they like', () => {
    const limited = good({ maxUses: 1 });
    const { book } = opening(limited);
    const outcomes = Array.from({ length: 100 }, (_, index) => {
      try {
        book.use(ROOM_ID, limited.invitationId, peer(index));
        return 'in';
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(outcomes.filter((it) => it === 'in')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['in', 'INVITATION_USED']));
    book.use(ROOM_ID, limited.invitationId, peer(0));
    const again = start().book;
    again.use(ROOM_ID, limited.invitationId, peer(0));
    expect(() => again.use(ROOM_ID, limited.invitationId, peer(1))).toThrow(
      refusal('INVITATION_USED'),
    );
    expect(again.invitation(ROOM_ID, limited.invitationId)?.uses).toBe(1);
  });

  it('[BO3] lets in as many also where two servers hold the book', () => {
    const limited = good({ maxUses: 1 });
    const { book } = opening(limited);
    start().book.use(ROOM_ID, limited.invitationId, peer(1));
    expect(() => book.use(ROOM_ID, limited.invitationId, peer(2))).toThrow(
      refusal('INVITATION_USED'),
    );
  });

  it('[BO4] lets nobody in with an invitation that is revoked, over, or none of the room', () => {
    const [revoked, over] = [good(), good({ expiresAt: clock.wallMs() + 1_000 })];
    const { book } = opening(revoked, over);
    book.use(ROOM_ID, over.invitationId, ANA);
    book.revoke(ROOM_ID, revoked.invitationId);
    clock.advance(1_000);
    const use =
      (id: InvitationId, roomId = ROOM_ID) =>
      () =>
        book.use(roomId, id, ANA);
    expect(use(revoked.invitationId)).toThrow(refusal('INVITATION_REVOKED'));
    expect(use(over.invitationId)).toThrow(refusal('TOKEN_EXPIRED'));
    expect(use('invitation-none' as InvitationId)).toThrow(refusal('UNAUTHORIZED'));
    expect(use(revoked.invitationId, 'room-0000009' as RoomId)).toThrow(refusal('UNAUTHORIZED'));
    expect(book.revoke(ROOM_ID, 'invitation-none' as InvitationId)).toBeNull();
    const { revokedAt } = book.invitation(ROOM_ID, revoked.invitationId) ?? {};
    expect(book.revoke(ROOM_ID, revoked.invitationId)?.revokedAt).toBe(revokedAt);
  });

  it('[BO5] has two hundred good invitations of a room, and of those that ended the last eight hundred', () => {
    const made = Array.from({ length: MAX_INVITATIONS + 805 }, () => good());
    const { book } = opening();
    for (const one of made.slice(0, MAX_INVITATIONS)) book.invite(ROOM_ID, one);
    expect(() => book.invite(ROOM_ID, good())).toThrow(refusal('LIMIT_REACHED'));
    for (const [turn, next] of made.slice(MAX_INVITATIONS).entries()) {
      book.revoke(ROOM_ID, (made[turn] as NewInvitation).invitationId);
      clock.advance(1);
      book.invite(ROOM_ID, next);
    }
    const all = book.invitations(ROOM_ID);
    expect(all).toHaveLength(1_000);
    expect(all.at(-1)?.invitationId).toBe(made[5]?.invitationId);
    expect(all.filter(({ revokedAt }) => revokedAt !== null)).toHaveLength(800);
  });

  it('[BO6] forgets an invitation a month after its end, and the room with the last of them', () => {
    const [short, long] = [good({ expiresAt: clock.wallMs() + DAY_MS }), good()];
    const { database, book } = opening(short, long);
    book.use(ROOM_ID, short.invitationId, ANA);
    const shown = () => book.invitations(ROOM_ID).map((it) => it.invitationId);
    clock.advance(31 * DAY_MS - 1);
    expect(shown()).toEqual([long.invitationId, short.invitationId]);
    clock.advance(DAY_MS);
    expect(shown()).toEqual([long.invitationId]);
    expect(database.prepare('SELECT * FROM invitation_uses').all()).toEqual([]);
    book.revoke(ROOM_ID, long.invitationId);
    clock.advance(30 * DAY_MS - 1);
    expect(book.find(ROOM_ID)).toEqual(room());
    clock.advance(DAY_MS);
    expect([book.find(ROOM_ID), shown()]).toEqual([null, []]);
  });

  it('[BO6] forgets many a few at a time, beginning with the start', () => {
    const { book } = start();
    for (let index = 0; index < 20; index += 1) {
      book.create(room(`room-${String(index).padStart(7, '0')}` as RoomId), [good()]);
    }
    book.close();
    clock.advance(121 * DAY_MS);
    const { database } = start();
    const left = () => Number(database.prepare('SELECT count(*) AS n FROM book').get()?.['n']);
    expect(left()).toBe(15);
    clock.advance(100);
    expect(left()).toBe(0);
  });

  it('[BO7] takes a room as it would be without settings where its own are damaged, and says so once', () => {
    const { database, book } = opening(good());
    for (const damaged of ['{"consent":', '{"consent":"never"}', '[]']) {
      database.prepare('UPDATE book SET settings = ?').run(damaged);
      expect(book.find(ROOM_ID), damaged).toEqual(room());
    }
    expect(log.of('error')).toEqual(['settings of a room are damaged: as if it had none']);
    database.exec("UPDATE invitations SET role = 'owner'");
    expect(book.invitations(ROOM_ID)).toEqual([]);
  });

  it('[BO8] promises nothing that it cannot write, and says so once', () => {
    const [limited, other] = [good({ maxUses: 1 }), good()];
    const { database, book } = opening(limited);
    database.exec('PRAGMA query_only = ON');
    const calls = [
      () => book.create(room('room-0000002' as RoomId), [other]),
      () => book.put({ ...room(), roomName: 'Otro' }),
      () => book.invite(ROOM_ID, other),
      () => book.use(ROOM_ID, limited.invitationId, ANA),
      () => book.revoke(ROOM_ID, limited.invitationId),
    ];
    for (const call of calls) expect(call).toThrow(refusal('STORAGE_FAILED'));
    expect(log.of('error')).toEqual(['the book of rooms cannot be written']);
    database.exec('PRAGMA query_only = OFF');
    expect(start().book.find(ROOM_ID)).toEqual(room());
    book.use(ROOM_ID, limited.invitationId, ANA);
  });

  it('[BO8] makes a room whole or not at all', () => {
    const { book } = start();
    const twice = good();
    expect(() => book.create(room(), [twice, twice])).toThrow(refusal('STORAGE_FAILED'));
    expect([book.find(ROOM_ID), book.invitations(ROOM_ID)]).toEqual([null, []]);
    book.create(room(), [twice]);
    expect(() => book.create(room(), [good()])).toThrow(refusal('STORAGE_FAILED'));
    expect(book.invitations(ROOM_ID)).toHaveLength(1);
  });

  it.each([
    ['phrases', 'canario4711', 60],
    ['rooms', 'Coro que se pierde', 40],
  ])('[BO10] is taken over from a file whose %s are damaged', (_what, where, least) => {
    const { database, book } = start();
    const rooms = new SqliteRooms({ database, clock, log, makeLogId: () => 'log-1' });
    const { memory } = rooms.open(ROOM_ID);
    const phrase = { at: 1, authorId: ANA, authorName: 'Ana', language: 'es' };
    for (let seq = 1; seq <= 200; seq += 1) {
      memory.keepPhrase({ ...phrase, seq, draftId: `d${seq}`, text: 'canario4711 '.repeat(20) });
    }
    const invitations = Array.from({ length: 60 }, () => good());
    for (const [index, invitation] of invitations.entries()) {
      const roomId = `room-${String(index).padStart(7, '0')}` as RoomId;
      const roomName = index < 40 ? 'Coro' : 'Coro que se pierde';
      book.create({ roomId, roomName, settings: SETTINGS }, [invitation]);
    }
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    opened.pop();
    const file = path.join(directory, 'rooms.sqlite');
    const bytes = readFileSync(file);
    const page = Math.floor(bytes.lastIndexOf(where) / 4_096) * 4_096;
    writeFileSync(file, bytes.fill(0x5a, page, page + 4_096));

    const again = start().book;
    expect(log.of('error')).toEqual(['what was kept of rooms is damaged: put aside']);
    const found = invitations.filter((invitation, index) => {
      const roomId = `room-${String(index).padStart(7, '0')}` as RoomId;
      const isThere = again.find(roomId) !== null;
      expect(again.invitation(roomId, invitation.invitationId) !== null).toBe(isThere);
      return isThere;
    });
    expect(found.length).toBeGreaterThanOrEqual(least);
    again.create(room('room-new-0001' as RoomId), [good()]);
  });

  it('[BO9] has place for so many rooms: beyond that the oldest goes that nobody came into', () => {
    const { book } = start(3);
    const ids = Array.from({ length: 5 }, (_, index) => `room-000000${index}` as RoomId);
    const firsts = ids.map(() => good());
    const make = (index: number) => {
      book.create(room(ids[index] as RoomId), [firsts[index] as NewInvitation]);
      clock.advance(1);
    };
    const enter = (index: number) =>
      book.use(ids[index] as RoomId, (firsts[index] as NewInvitation).invitationId, ANA);
    for (const index of [0, 1, 2]) make(index);
    enter(0);
    make(3);
    expect(ids.map((id) => book.find(id) !== null)).toEqual([true, false, true, true, false]);
    enter(2);
    enter(3);
    expect(() => make(4)).toThrow(refusal('STORAGE_FAILED'));
    expect(ids.map((id) => book.find(id) !== null)).toEqual([true, false, true, true, false]);
  });
});
