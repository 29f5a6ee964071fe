import { ErrorCodeSchema, PeerIdSchema, RoomIdSchema, type PeerId, type RoomId } from '#protocol';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as v from 'valibot';
import { Bans, type Ban } from '../domain/bans.ts';
import type { BanBook, Clock, Log } from '../session/ports.ts';
import { transaction } from './transaction.ts';

const RowSchema = v.object({
  roomId: RoomIdSchema,
  peerId: PeerIdSchema,
  displayName: v.string(),
  atMs: v.number(),
  untilMs: v.number(),
  code: ErrorCodeSchema,
});

/** Each time all of them are looked through in memory. */
const FORGET_PAUSE_MS = 60_000;

/** Bans in a table: asked of memory, written for the next run of the server. */
export class SqliteBans implements BanBook {
  readonly #bans = new Bans();
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  readonly #erase: StatementSync;
  readonly #eraseRoom: StatementSync;
  #forgotMs = -Infinity;

  constructor(options: { database: DatabaseSync; clock: Clock; log: Log }) {
    const { database, clock, log } = options;
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    this.#write = database.prepare(
      `INSERT OR REPLACE INTO bans (room_id, peer_id, display_name, at_ms, until_ms, code)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.#remove = database.prepare('DELETE FROM bans WHERE room_id = ? AND peer_id = ?');
    this.#erase = database.prepare('DELETE FROM bans WHERE until_ms <= ?');
    this.#eraseRoom = database.prepare('DELETE FROM bans WHERE room_id = ?');
    this.forgetOver();
    this.#eraseOrphans();
    const all = database.prepare(
      `SELECT room_id AS roomId, peer_id AS peerId, display_name AS displayName, at_ms AS atMs,
         until_ms AS untilMs, code
       FROM bans`,
    );
    for (const row of all.iterate()) {
      const { success, output } = v.safeParse(RowSchema, row);
      if (success) this.#bans.add(output);
    }
  }

  ban(ban: Ban): void {
    if (this.#clock.monotonicMs() - this.#forgotMs >= FORGET_PAUSE_MS) this.forgetOver();
    if (!this.#bans.add(ban)) return;
    const { roomId, peerId, displayName, atMs, untilMs, code } = ban;
    const times = [Math.round(atMs), Math.round(untilMs)] as const;
    const tooMany = code === 'BANNED' ? this.#bans.trim(roomId, atMs) : [];
    // Whom a moderator keeps out is out through a loss of power too; a flood is over by then.
    this.#attempt('ban could not be written', code === 'BANNED' ? 'durable' : 'quick', () => {
      this.#write.run(roomId, peerId, displayName, ...times, code);
      for (const old of tooMany) this.#remove.run(roomId, old.peerId);
    });
  }

  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    return this.#bans.of(roomId, peerId, wallMs);
  }

  banned(roomId: RoomId, wallMs: number): Ban[] {
    return this.#bans.moderators(roomId, wallMs);
  }

  lift(roomId: RoomId, peerId: PeerId): void {
    if (!this.#bans.lift(roomId, peerId)) return;
    this.#attempt('a ban that was taken back could not be erased', 'durable', () =>
      this.#remove.run(roomId, peerId),
    );
  }

  /** Lets go of those that have run out. */
  forgetOver(): void {
    this.#forgotMs = this.#clock.monotonicMs();
    const nowMs = this.#clock.wallMs();
    this.#bans.forgetOver(nowMs);
    this.#attempt('bans that are over could not be erased', 'quick', () => this.#erase.run(nowMs));
  }

  /** Lets go of those of a room that is no more. */
  forgetRoom(roomId: RoomId): void {
    if (!this.#bans.forgetRoom(roomId)) return;
    this.#attempt('bans of a room that is no more could not be erased', 'quick', () =>
      this.#eraseRoom.run(roomId),
    );
  }

  /** A moderator's, whose room went without them: the server may have ended between the two. */
  #eraseOrphans(): void {
    this.#attempt('bans of rooms that are no more could not be erased', 'quick', () =>
      this.#database.exec(
        `DELETE FROM bans WHERE code = 'BANNED'
           AND NOT EXISTS (SELECT 1 FROM book WHERE book.room_id = bans.room_id)`,
      ),
    );
  }

  #attempt(failure: string, how: 'durable' | 'quick', act: () => unknown): void {
    try {
      transaction(this.#database, how, act);
    } catch (error) {
      this.#log.error({ err: error }, failure);
    }
  }
}
