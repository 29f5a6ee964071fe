import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import type { Standing } from '#server/domain/standings.ts';
import { makeLogId } from '#server/ids.ts';
import { MIGRATIONS } from '#server/storage/roomSchema.ts';
import { SqliteBans } from '#server/storage/sqliteBans.ts';
import { SqliteRooms } from '#server/storage/sqliteRooms.ts';
import { INVITATION_ID, ROOM_ID } from '#tests/support/builders.ts';
import { RoomFile } from './support/roomFile.ts';

const phrase = {
  ...{ seq: 1, at: 1_750_000_000_001, authorId: 'peer-0000001' as PeerId, authorName: 'Ana' },
  ...{ text: 'Hola', language: 'es', draftId: 'd1' },
};

describe('rooms in the database, with what moderators did in them', () => {
  let file: RoomFile;
  beforeEach(() => {
    file = new RoomFile();
  });
  afterEach(() => file.remove());

  const open = () => {
    const database = file.open();
    return { database, rooms: new SqliteRooms({ ...file, database, makeLogId }) };
  };

  it('[KR19] keep what moderators made of people, until they are forgotten', () => {
    const { database, rooms } = open();
    const { memory } = rooms.open(ROOM_ID);
    const [ana, beto] = ['peer-0000001', 'peer-0000002'] as [PeerId, PeerId];
    const [mute, host] = [
      { role: null, invitedAs: 'speaker', invitationId: INVITATION_ID, mutes: 2 },
      { role: 'moderator', invitedAs: 'audience', invitationId: null, mutes: 0 },
    ] as const;
    memory.keepStanding(ana, mute);
    memory.keepStanding(ana, host);
    memory.keepStanding(beto, mute);
    const again = open().rooms.open(ROOM_ID);
    expect(again.memory.logId).toBe(memory.logId);
    expect(again.kept.standings).toEqual(
      new Map<PeerId, Standing>([
        [ana, host],
        [beto, mute],
      ]),
    );
    const renamed = new SqliteRooms({ ...file, database, makeLogId, bootId: 'another' });
    expect(renamed.open(ROOM_ID).kept.standings.size).toBe(2);
    renamed.open(ROOM_ID).memory.forget();
    expect(database.prepare('SELECT * FROM standings').all()).toEqual([]);
    expect(open().rooms.open(ROOM_ID).kept.standings.size).toBe(0);
  });

  it('[KR20] of an earlier version are taken over, with bans', () => {
    const before = new DatabaseSync(file.path);
    before.exec(`${MIGRATIONS[0] ?? ''} PRAGMA user_version = 1;`);
    before.exec(
      `INSERT INTO rooms VALUES ('${ROOM_ID}', 'log-old', ${file.clock.wallMs()}, 'all', 1)`,
    );
    const untilMs = file.clock.wallMs() + 1_000;
    before.exec(`INSERT INTO bans VALUES ('${ROOM_ID}', 'peer-0000001', ${untilMs}, 'FORBIDDEN')`);
    before.close();
    const { database, rooms } = open();
    expect(rooms.open(ROOM_ID).kept.speech).toEqual({ approval: 'all', held: true });
    const bans = new SqliteBans({ ...file, database });
    const ban = { roomId: ROOM_ID, peerId: 'peer-0000001' as PeerId, untilMs, code: 'FORBIDDEN' };
    expect(bans.banOf(ROOM_ID, ban.peerId, file.clock.wallMs())).toEqual({
      ...{ ...ban, displayName: '', atMs: 0 },
    });
    expect(file.log.of('error')).toEqual([]);
    // What the new server writes is found by the next.
    rooms.open(ROOM_ID).memory.keepPhrase(phrase);
    expect(open().rooms.open(ROOM_ID).kept.phrases).toEqual([phrase]);
  });
});
