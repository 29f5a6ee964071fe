import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomSettingsSchema, type InvitationId, type PeerId, type RoomId } from '#protocol';
import { ROOM_ID } from '#tests/support/builders.ts';
import * as v from 'valibot';
import { RoomFile, room } from './support/roomFile.ts';

const CHANGED = v.parse(RoomSettingsSchema, { lobby: true, capacity: { speaker: 3 } });
const ANA = 'peer-0000001' as PeerId;

const refusal = (code: string) => expect.objectContaining({ name: 'ProtocolError', code });
const peer = (index: number) => `peer-${String(index).padStart(7, '0')}` as PeerId;

describe('the book of rooms', () => {
  let file: RoomFile;
  beforeEach(() => {
    file = new RoomFile();
  });
  afterEach(() => file.remove());

  it('[BO1] has rooms, what was changed of them and their invitations, though nothing was closed', () => {
    const { book } = file.openBook();
    expect([book.find(ROOM_ID), book.invitations(ROOM_ID)]).toEqual([null, []]);
    const [first, second, third] = [
      file.good({ role: 'moderator' }),
      file.good({ label: "'); DROP TABLE book; -- 🎶", maxUses: 2 }),
      file.good({ role: 'audience' }),
    ];
    book.create(room(), [first, second]);
    expect(book.find(ROOM_ID)).toEqual(room());
    book.put({ roomId: ROOM_ID, roomName: 'Ensayo', settings: CHANGED });
    book.invite(ROOM_ID, third);
    book.use(ROOM_ID, second.invitationId, ANA);
    file.clock.advance(5_000);
    book.revoke(ROOM_ID, third.invitationId);

    const again = file.openBook().book;
    expect(again.find(ROOM_ID)).toEqual({ roomId: ROOM_ID, roomName: 'Ensayo', settings: CHANGED });
    expect(again.invitations(ROOM_ID)).toEqual([
      { ...third, uses: 0, revokedAt: file.clock.wallMs() },
      { ...second, uses: 1, revokedAt: null },
      { ...first, uses: 0, revokedAt: null },
    ]);
    expect(again.invitation(ROOM_ID, second.invitationId)?.uses).toBe(1);
    expect(again.invitation('room-0000009' as RoomId, second.invitationId)).toBeNull();
  });

  it('[BO2] has on the disk what it promised: each write is flushed, and no other is', () => {
    const { database, book } = file.openBook();
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
    const limited = file.good({ maxUses: 3 });
    const unlimited = file.good();
    book.create(room(), [limited, unlimited]);
    book.put(room());
    book.invite(ROOM_ID, file.good());
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
    const limited = file.good({ maxUses: 1 });
    const { book } = file.openWith(limited);
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
    const again = file.openBook().book;
    again.use(ROOM_ID, limited.invitationId, peer(0));
    expect(() => again.use(ROOM_ID, limited.invitationId, peer(1))).toThrow(
      refusal('INVITATION_USED'),
    );
    expect(again.invitation(ROOM_ID, limited.invitationId)?.uses).toBe(1);
  });

  it('[BO3] lets in as many also where two servers hold the book', () => {
    const limited = file.good({ maxUses: 1 });
    const { book } = file.openWith(limited);
    file.openBook().book.use(ROOM_ID, limited.invitationId, peer(1));
    expect(() => book.use(ROOM_ID, limited.invitationId, peer(2))).toThrow(
      refusal('INVITATION_USED'),
    );
  });

  it('[BO4] lets nobody in with an invitation that is revoked, over, or none of the room', () => {
    const [revoked, over] = [file.good(), file.good({ expiresAt: file.clock.wallMs() + 1_000 })];
    const { book } = file.openWith(revoked, over);
    book.use(ROOM_ID, over.invitationId, ANA);
    book.revoke(ROOM_ID, revoked.invitationId);
    file.clock.advance(1_000);
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

  it('[BO7] takes a room as it would be without settings where its own are damaged, and says so once', () => {
    const { database, book } = file.openWith(file.good());
    for (const damaged of ['{"consent":', '{"consent":"never"}', '[]']) {
      database.prepare('UPDATE book SET settings = ?').run(damaged);
      expect(book.find(ROOM_ID), damaged).toEqual(room());
    }
    expect(file.log.of('error')).toEqual(['settings of a room are damaged: as if it had none']);
    database.exec("UPDATE invitations SET role = 'owner'");
    expect(book.invitations(ROOM_ID)).toEqual([]);
  });

  it('[BO8] promises nothing that it cannot write, and says so once', () => {
    const [limited, other] = [file.good({ maxUses: 1 }), file.good()];
    const { database, book } = file.openWith(limited);
    database.exec('PRAGMA query_only = ON');
    const calls = [
      () => book.create(room('room-0000002' as RoomId), [other]),
      () => book.put({ ...room(), roomName: 'Otro' }),
      () => book.invite(ROOM_ID, other),
      () => book.use(ROOM_ID, limited.invitationId, ANA),
      () => book.revoke(ROOM_ID, limited.invitationId),
    ];
    for (const call of calls) expect(call).toThrow(refusal('STORAGE_FAILED'));
    expect(file.log.of('error')).toEqual(['the book of rooms cannot be written']);
    database.exec('PRAGMA query_only = OFF');
    expect(file.openBook().book.find(ROOM_ID)).toEqual(room());
    book.use(ROOM_ID, limited.invitationId, ANA);
  });

  it('[BO8] makes a room whole or not at all', () => {
    const { book } = file.openBook();
    const twice = file.good();
    expect(() => book.create(room(), [twice, twice])).toThrow(refusal('STORAGE_FAILED'));
    expect([book.find(ROOM_ID), book.invitations(ROOM_ID)]).toEqual([null, []]);
    book.create(room(), [twice]);
    expect(() => book.create(room(), [file.good()])).toThrow(refusal('STORAGE_FAILED'));
    expect(book.invitations(ROOM_ID)).toHaveLength(1);
  });
});
