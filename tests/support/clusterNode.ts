import { ProtocolError, type Phrase, type RoomId } from '#protocol';
import type { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { RedisDirectory } from '#server/cluster/redisDirectory.ts';
import { SharedBans } from '#server/cluster/sharedBans.ts';
import { SharedBook } from '#server/cluster/sharedBook.ts';
import { SharedRooms } from '#server/cluster/sharedRooms.ts';
import { makeLogId } from '#server/ids.ts';
import type { Clock, KeptRooms, RoomMemory } from '#server/session/ports.ts';
import { openRoomDatabase } from '#server/storage/roomDatabase.ts';
import { SqliteTransfer } from '#server/storage/roomTransfer.ts';
import { SqliteBans } from '#server/storage/sqliteBans.ts';
import { SqliteBook } from '#server/storage/sqliteBook.ts';
import { SqliteRooms } from '#server/storage/sqliteRooms.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOM_ID, SETTINGS } from './builders.ts';
import { newInvitation } from './fakeBook.ts';
import { FakeLog } from './fakes.ts';
import { SCRATCH } from './scratch.ts';

/** Short, so that tests need not wait for it for long. */
export const LEASE_MS = 600;

/** The clock of this machine, which a test can stop for one server: as if its process were stopped. */
class SleepyClock implements Clock {
  #asleep: (() => void)[] | null = null;

  wallMs = () => Date.now();
  monotonicMs = () => performance.now();

  after(ms: number, act: () => void): () => void {
    const due = () => (this.#asleep ? void this.#asleep.push(act) : act());
    const timer = setTimeout(due, ms);
    return () => clearTimeout(timer);
  }

  sleep(): void {
    this.#asleep = [];
  }

  wake(): void {
    const due = this.#asleep ?? [];
    this.#asleep = null;
    for (const act of due) act();
  }
}

/** What a server keeps of rooms and shares with others, without its doors. */
export class ClusterNode {
  readonly url: string;
  readonly clock = new SleepyClock();
  readonly log = new FakeLog();
  readonly directory: RedisDirectory;
  readonly kept: KeptRooms;
  /** Rooms that it was told it has no more. */
  readonly lost: string[] = [];
  load = 0;
  readonly #database: DatabaseSync;
  readonly #home = mkdtempSync(path.join(SCRATCH, 'cora-node-'));
  readonly #close: () => void;

  constructor(redisUrl: string, name: string) {
    const { clock, log } = this;
    this.url = `https://${name}.example.org`;
    const database = (this.#database = openRoomDatabase({ directory: this.#home, log }));
    const store = new SqliteRooms({ database, clock, log, makeLogId });
    const bans = new SqliteBans({ database, clock, log });
    const book = new SqliteBook({ database, clock, log });
    this.directory = new RedisDirectory({
      ...{ clock, log, makeLogId, url: redisUrl, nodeId: name, leaseMs: LEASE_MS },
      transfer: new SqliteTransfer({ database, clock, bans, added: () => book.recount() }),
      load: () => this.load,
      lost: (roomId) => this.lost.push(roomId),
    });
    this.kept = {
      book: new SharedBook(book, this.directory),
      bans: new SharedBans(bans, this.directory),
      store: new SharedRooms(store, this.directory),
    };
    this.#close = () => {
      store.close();
      book.close();
    };
  }

  async open(): Promise<this> {
    await this.directory.open({ url: this.url, pages: [this.url] });
    return this;
  }

  /** Whether it has the room, or takes it now. */
  async isHere(roomId: RoomId): Promise<boolean> {
    return (await this.whereIs(roomId)) === 'here';
  }

  /** 'here', or the origin of the server to go to, or why it cannot be told. */
  async whereIs(roomId: RoomId, how: { wasSent?: boolean } = { wasSent: true }): Promise<string> {
    try {
      await this.directory.requireHere(roomId, how);
      return 'here';
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error.server ?? error.code;
    }
  }

  /** Ends as a process does that is killed. */
  die(): void {
    this.clock.sleep();
    this.directory.link.close();
  }

  async cleanUp(): Promise<void> {
    await this.directory.close();
    this.#close();
    this.#database.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Makes a room on a server. */
export function makeRoomOn(node: ClusterNode, roomId = ROOM_ID): void {
  const record = { roomId, roomName: 'Coro', settings: SETTINGS };
  node.kept.book.create(record, [newInvitation({ createdAt: Date.now() })]);
}

/** Makes one and opens it. */
export function openRoomOn(node: ClusterNode): RoomMemory {
  makeRoomOn(node);
  return node.kept.store.open(ROOM_ID).memory;
}

/** As a room numbers them. */
export const loggedPhrase = (seq: number) =>
  ({
    ...{ seq, at: 1, authorId: 'peer-0000001', authorName: 'Ana', text: 'Hola' },
    ...{ language: 'es', draftId: `draft-${String(seq)}` },
  }) as Phrase;

/** Looks again and again. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(8_000);
  while (!(await holds())) {
    deadline.throwIfAborted();
    await delay(20);
  }
}
