import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { RoomSettingsSchema, type RoomId } from '#protocol';
import type { NewInvitation } from '#server/domain/invitations.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteBook } from '#server/storage/sqliteBook.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';
import { FakeClock, FakeLog } from '#tests/support/fakes.ts';
import { SCRATCH } from '#tests/support/scratch.ts';
import * as v from 'valibot';

export const DAY_MS = 24 * 3_600_000;

/** `rooms.sqlite` in a folder of its own, which servers open one after the other, or beside each other. */
export class RoomFile {
  readonly directory = mkdtempSync(path.join(SCRATCH, 'cora-rooms-'));
  readonly path = path.join(this.directory, 'rooms.sqlite');
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly #opened: DatabaseSync[] = [];

  /** As a server starts: on whatever is there, also beside one that was not closed. */
  open(): DatabaseSync {
    const database = openRoomDatabase(this);
    this.#opened.push(database);
    return database;
  }

  /** @param maxRooms as many as there are otherwise when left out */
  openBook(maxRooms?: number): { database: DatabaseSync; book: SqliteBook } {
    const database = this.open();
    const { clock, log } = this;
    const limit = maxRooms === undefined ? {} : { maxRooms };
    return { database, book: new SqliteBook({ database, clock, log, ...limit }) };
  }

  /** With a room in it that these invitations lead to. */
  openWith(...invitations: NewInvitation[]): { database: DatabaseSync; book: SqliteBook } {
    const opened = this.openBook();
    opened.book.create(room(), invitations);
    return opened;
  }

  /** An invitation that is good for 90 days. */
  good(change: Partial<NewInvitation> = {}): NewInvitation {
    const createdAt = this.clock.wallMs();
    return newInvitation({ createdAt, expiresAt: createdAt + 90 * DAY_MS, ...change });
  }

  remove(): void {
    for (const database of this.#opened) if (database.isOpen) database.close();
    rmSync(this.directory, { recursive: true });
  }
}

export const room = (roomId: RoomId = ROOM_ID, roomName = 'Coro') => ({
  ...{ roomId, roomName, settings: v.parse(RoomSettingsSchema, {}) },
});
export const roomIdOf = (index: number) => `room-${String(index).padStart(7, '0')}` as RoomId;
