import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_BANS, type PeerId } from '#protocol';
import { MODERATOR_BAN_MS, type Ban } from '#server/domain/bans.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteBans } from '#server/storage/sqliteBans.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';
import { SCRATCH } from '#tests/support/scratch.ts';

const peerId = 'peer-0000001' as PeerId;

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
});
