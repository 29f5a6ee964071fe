import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_INVITATIONS, type PeerId, type RoomId } from '#protocol';
import type { NewInvitation } from '#server/domain/invitations.ts';
import { SqliteRooms } from '#server/storage/sqliteRooms.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { DAY_MS, RoomFile, room, roomIdOf } from './support/roomFile.ts';

const ANA = 'peer-0000001' as PeerId;

const refusal = (code: string) => expect.objectContaining({ name: 'ProtocolError', code });

describe('how much there is in the book of rooms, and for how long', () => {
  let file: RoomFile;
  beforeEach(() => {
    file = new RoomFile();
  });
  afterEach(() => file.remove());

  it('[BO5] has two hundred good invitations of a room, and of those that ended the last eight hundred', () => {
    const made = Array.from({ length: MAX_INVITATIONS + 805 }, () => file.good());
    const { book } = file.openWith();
    for (const one of made.slice(0, MAX_INVITATIONS)) book.invite(ROOM_ID, one);
    expect(() => book.invite(ROOM_ID, file.good())).toThrow(refusal('LIMIT_REACHED'));
    for (const [turn, next] of made.slice(MAX_INVITATIONS).entries()) {
      book.revoke(ROOM_ID, (made[turn] as NewInvitation).invitationId);
      file.clock.advance(1);
      book.invite(ROOM_ID, next);
    }
    const all = book.invitations(ROOM_ID);
    expect(all).toHaveLength(1_000);
    expect(all.at(-1)?.invitationId).toBe(made[5]?.invitationId);
    expect(all.filter(({ revokedAt }) => revokedAt !== null)).toHaveLength(800);
  }, 30_000);

  it('[BO6] forgets an invitation a month after its end, and the room with the last of them', () => {
    const [short, long] = [file.good({ expiresAt: file.clock.wallMs() + DAY_MS }), file.good()];
    const { database, book } = file.openWith(short, long);
    book.use(ROOM_ID, short.invitationId, ANA);
    const shown = () => book.invitations(ROOM_ID).map((it) => it.invitationId);
    file.clock.advance(31 * DAY_MS - 1);
    expect(shown()).toEqual([long.invitationId, short.invitationId]);
    file.clock.advance(DAY_MS);
    expect(shown()).toEqual([long.invitationId]);
    expect(database.prepare('SELECT * FROM invitation_uses').all()).toEqual([]);
    book.revoke(ROOM_ID, long.invitationId);
    file.clock.advance(30 * DAY_MS - 1);
    expect(book.find(ROOM_ID)).toEqual(room());
    file.clock.advance(DAY_MS);
    expect([book.find(ROOM_ID), shown()]).toEqual([null, []]);
  });

  it('[BO6] forgets many a few at a time, beginning with the start', () => {
    const { book } = file.openBook();
    for (let index = 0; index < 20; index += 1) {
      book.create(room(roomIdOf(index)), [file.good()]);
    }
    book.close();
    file.clock.advance(121 * DAY_MS);
    const { database } = file.openBook();
    const left = () => Number(database.prepare('SELECT count(*) AS n FROM book').get()?.['n']);
    expect(left()).toBe(15);
    file.clock.advance(100);
    expect(left()).toBe(0);
  });

  it.each([
    ['phrases', 'canario4711', 60],
    ['rooms', 'Coro que se pierde', 40],
  ])('[BO10] is taken over from a file whose %s are damaged', (_what, where, least) => {
    const { database, book } = file.openBook();
    const rooms = new SqliteRooms({ ...file, database, makeLogId: () => 'log-1' });
    const { memory } = rooms.open(ROOM_ID);
    const phrase = { at: 1, authorId: ANA, authorName: 'Ana', language: 'es' };
    for (let seq = 1; seq <= 200; seq += 1) {
      memory.keepPhrase({ ...phrase, seq, draftId: `d${seq}`, text: 'canario4711 '.repeat(20) });
    }
    const invitations = Array.from({ length: 60 }, () => file.good());
    for (const [index, invitation] of invitations.entries()) {
      const roomId = roomIdOf(index);
      const roomName = index < 20 ? 'Coro que se pierde' : 'Coro';
      book.create(room(roomId, roomName), [invitation]);
    }
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(file.path);
    const page = Math.floor(bytes.lastIndexOf(where) / 4_096) * 4_096;
    writeFileSync(file.path, bytes.fill(0x5a, page, page + 4_096));

    const again = file.openBook().book;
    expect(file.log.of('error')).toEqual(['what was kept of rooms is damaged: put aside']);
    const found = invitations.filter((invitation, index) => {
      const roomId = roomIdOf(index);
      const isThere = again.find(roomId) !== null;
      expect(again.invitation(roomId, invitation.invitationId) !== null).toBe(isThere);
      return isThere;
    });
    expect(found.length).toBeGreaterThanOrEqual(least);
    again.create(room('room-new-0001' as RoomId), [file.good()]);
  });

  it('[BO9] has place for so many rooms: beyond that the oldest goes that nobody came into', () => {
    const { book } = file.openBook(3);
    const ids = Array.from({ length: 5 }, (_, index) => `room-000000${index}` as RoomId);
    const firsts = ids.map(() => file.good());
    const make = (index: number) => {
      book.create(room(ids[index] as RoomId), [firsts[index] as NewInvitation]);
      file.clock.advance(1);
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
