import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PHRASE_LOG, type PeerId, type Phrase, type RoomId } from '#protocol';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteRooms } from '#server/storage/sqliteRooms.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';

const HOUR_MS = 3_600_000;
const MAX_LEFT = 1_000;
const OTHER_ID = 'room-0000002' as RoomId;
const SECRET = 'canario4711';

const phrase = (seq: number, text = `frase ${seq}`): Phrase => ({
  seq,
  at: 1_750_000_000_000 + seq,
  authorId: 'peer-0000001' as PeerId,
  authorName: 'Ana',
  text,
  language: 'es',
  draftId: `d${seq}`,
});

describe('rooms in the database', () => {
  let directory: string;
  let clock: FakeClock;
  let log: FakeLog;
  let opened: DatabaseSync[];
  let logs: number;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'cora-rooms-'));
    clock = new FakeClock();
    log = new FakeLog();
    opened = [];
    logs = 0;
  });
  afterEach(() => {
    for (const database of opened) if (database.isOpen) database.close();
    rmSync(directory, { recursive: true });
  });

  /** As a server starts: on whatever is there, also beside one that was not closed. */
  const start = () => {
    const database = openRoomDatabase({ directory, log });
    opened.push(database);
    return { database, rooms: new SqliteRooms({ database, clock, log, makeLogId }) };
  };
  const makeLogId = () => `log-${(logs += 1)}`;
  const count = (database: DatabaseSync) =>
    Number(database.prepare('SELECT count(*) AS n FROM phrases').get()?.['n']);
  const file = (name: string) => path.join(directory, name);

  it('[KR10] find what was kept of them, in order, though nothing was closed', () => {
    const { memory, kept } = start().rooms.open(ROOM_ID);
    expect(kept).toEqual({ phrases: [], speech: null, standings: new Map() });
    const said = [phrase(1), phrase(2, "'); DROP TABLE phrases; -- 🎶"), phrase(3)];
    for (const one of said) memory.keepPhrase(one);
    memory.keepSpeech({ approval: 'first', held: true });
    const again = start().rooms.open(ROOM_ID);
    expect(again.memory.logId).toBe(memory.logId);
    const speech = { approval: 'first', held: true };
    expect(again.kept).toEqual({ phrases: said, speech, standings: new Map() });
  });

  it('[KR10] keep the last 10,000 phrases of each and no more', () => {
    const { database, rooms } = start();
    const { memory } = rooms.open(ROOM_ID);
    for (let seq = 1; seq <= PHRASE_LOG + 5; seq += 1) memory.keepPhrase(phrase(seq));
    expect(count(database)).toBe(PHRASE_LOG);
    const { phrases } = start().rooms.open(ROOM_ID).kept;
    expect(phrases).toHaveLength(PHRASE_LOG);
    expect(phrases[0]?.seq).toBe(6);
  });

  it('[KR11] that are forgotten are not found, and their words are in no file', () => {
    const { database, rooms } = start();
    const { memory } = rooms.open(ROOM_ID);
    for (let seq = 1; seq <= 100; seq += 1) memory.keepPhrase(phrase(seq, SECRET));
    const stays = rooms.open(OTHER_ID).memory;
    stays.keepPhrase(phrase(1, 'se queda'));
    memory.forget();
    const again = rooms.open(ROOM_ID);
    expect(again.kept).toEqual({ phrases: [], speech: null, standings: new Map() });
    expect(again.memory.logId).not.toBe(memory.logId);
    const bytes = () =>
      readdirSync(directory)
        .map((name) => readFileSync(file(name), 'latin1'))
        .join('');
    clock.advance(10_000);
    // While the server runs, and so without what the end of a database cleans up.
    expect(bytes()).toContain('se queda');
    expect(bytes()).not.toContain(SECRET);
    rooms.close();
    database.close();
    expect(bytes()).toContain('se queda');
    expect(bytes()).not.toContain(SECRET);
  });

  it('[KR18] number their phrases anew after the machine lost its power, and not after a kill', () => {
    const { database } = start();
    const bootedAs = (bootId: string) =>
      new SqliteRooms({ database, clock, log, makeLogId, bootId }).open(ROOM_ID);
    const first = bootedAs('first').memory;
    first.keepPhrase(phrase(1));
    expect(bootedAs('first').memory.logId).toBe(first.logId);
    const later = bootedAs('second');
    expect(later.memory.logId).not.toBe(first.logId);
    expect(later.kept.phrases).toEqual([phrase(1)]);
    expect(bootedAs('second').memory.logId).toBe(later.memory.logId);
  });

  it('[KR12] that are forgotten with many phrases are erased a few at a time, through a kill too', () => {
    const { database, rooms } = start();
    const { memory } = rooms.open(ROOM_ID);
    for (let seq = 1; seq <= 2_000; seq += 1) memory.keepPhrase(phrase(seq));
    memory.forget();
    const left = count(database);
    expect(left).toBeGreaterThanOrEqual(1_000);
    expect(rooms.open(ROOM_ID).kept.phrases).toEqual([]);
    // Killed here: the next start goes on where this one was.
    database.close();
    const next = start();
    clock.advance(1_000);
    expect(count(next.database)).toBe(0);
  });

  it('[KR13] to which nobody comes back are forgotten after an hour, and those that are open are not', () => {
    const before = start();
    before.rooms.open(ROOM_ID).memory.keepPhrase(phrase(1));
    // It was open until the kill, whenever something was last said in it.
    clock.advance(3 * HOUR_MS);
    before.database.close();
    const { database, rooms } = start();
    rooms.open(OTHER_ID).memory.keepPhrase(phrase(1));
    clock.advance(HOUR_MS - 120_000);
    expect(count(database)).toBe(2);
    clock.advance(240_000);
    expect(count(database)).toBe(1);
    clock.advance(3 * HOUR_MS);
    expect(start().rooms.open(ROOM_ID).kept.phrases).toEqual([]);
    expect(start().rooms.open(OTHER_ID).kept.phrases).toHaveLength(1);
  });

  it('[KR13] are forgotten at the start when the server was away for an hour', () => {
    const before = start();
    before.rooms.open(ROOM_ID).memory.keepPhrase(phrase(1));
    before.database.close();
    clock.advance(HOUR_MS + 60_000);
    expect(start().rooms.open(ROOM_ID).kept.phrases).toEqual([]);
  });

  it('[KR13] are as many as can be open and a thousand more', () => {
    const before = start();
    for (let room = 0; room < MAX_LEFT + 3; room += 1) {
      const roomId = `room-${String(room).padStart(7, '0')}` as RoomId;
      before.rooms.open(roomId).memory.keepPhrase(phrase(1));
      clock.advance(1);
    }
    const { database, rooms } = start();
    clock.advance(1_000);
    expect(count(database)).toBe(MAX_LEFT);
    expect(rooms.open('room-0000002' as RoomId).kept.phrases).toEqual([]);
    expect(rooms.open('room-0000003' as RoomId).kept.phrases).toHaveLength(1);
  });

  it('[KR14] refuse a phrase when the disk is full, say so once, and take it when there is space', () => {
    const { database, rooms } = start();
    const { memory } = rooms.open(ROOM_ID);
    database.exec('PRAGMA max_page_count = 8');
    let seq = 1;
    const fill = () => {
      for (; seq < 1_000; seq += 1) memory.keepPhrase(phrase(seq, 'a'.repeat(1_000)));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    expect(fill).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    expect(log.of('error')).toEqual(['rooms cannot be kept']);
    const full = seq;
    database.exec('PRAGMA max_page_count = 100000');
    memory.keepPhrase(phrase(full));
    expect(start().rooms.open(ROOM_ID).kept.phrases.at(-1)?.seq).toBe(full);
  });

  it('[KR15] are this user’s alone to read', () => {
    const { rooms } = start();
    rooms.open(ROOM_ID).memory.keepPhrase(phrase(1));
    const modes = readdirSync(directory).map((name) => statSync(file(name)).mode & 0o777);
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });

  it.each([
    ['is none', () => Buffer.from('no database at all, by any means'.repeat(200))],
    ['was cut', (whole: Buffer) => whole.subarray(0, whole.length - 6_000)],
    ['was scribbled on', (whole: Buffer) => Buffer.from(whole).fill(0x5a, 4_096, 16_384)],
  ])('[KR16] begin anew when their file %s, which is put aside', (_how, damage) => {
    const before = start();
    for (let seq = 1; seq <= 500; seq += 1)
      before.rooms.open(ROOM_ID).memory.keepPhrase(phrase(seq));
    before.database.close();
    const damaged = damage(readFileSync(file('rooms.sqlite')));
    writeFileSync(file('rooms.sqlite'), damaged);

    const { rooms } = start();
    const { memory, kept } = rooms.open(ROOM_ID);
    expect(kept.phrases).toEqual([]);
    memory.keepPhrase(phrase(1));
    expect(log.of('error')).toEqual(['what was kept of rooms is damaged: put aside']);
    expect(readFileSync(file('rooms.damaged.sqlite')).equals(damaged)).toBe(true);
    expect(start().rooms.open(ROOM_ID).kept.phrases).toHaveLength(1);
  });

  it('[KR17] of a newer server are left alone: this one does not start', () => {
    const before = start();
    before.rooms.open(ROOM_ID).memory.keepPhrase(phrase(1));
    before.database.exec('PRAGMA user_version = 99');
    before.database.close();
    const [name] = readdirSync(directory);
    const path = file(name as string);
    expect(start).toThrow(expect.objectContaining({ code: 'NEWER_FORMAT', path }));
    expect(new DatabaseSync(path).prepare('SELECT count(*) AS n FROM phrases').get()?.['n']).toBe(
      1,
    );
  });
});
