import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import type { Ban } from '#server/domain/bans.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteBans } from '#server/storage/sqliteBans.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';

const peerId = 'peer-0000001' as PeerId;

describe('bans in the database', () => {
  const clock = new FakeClock();
  const log = new FakeLog();
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'cora-bans-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ban = (forMs: number): Ban => ({
    roomId: ROOM_ID,
    peerId,
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
});
