import { ErrorCodeSchema, PeerIdSchema, RoomIdSchema, type PeerId, type RoomId } from '#protocol';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import * as v from 'valibot';
import { Bans, type Ban } from '../domain/bans.ts';
import type { BanBook, Clock, Log } from '../session/ports.ts';

const RowSchema = v.object({
  roomId: RoomIdSchema,
  peerId: PeerIdSchema,
  untilMs: v.number(),
  code: ErrorCodeSchema,
});

/** Bans in a table: asked of memory, written for the next run of the server. */
export class SqliteBans implements BanBook {
  readonly #bans = new Bans();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #write: StatementSync;
  readonly #erase: StatementSync;

  constructor(options: { database: DatabaseSync; clock: Clock; log: Log }) {
    const { database, clock, log } = options;
    this.#clock = clock;
    this.#log = log;
    this.#write = database.prepare('INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)');
    this.#erase = database.prepare('DELETE FROM bans WHERE until_ms <= ?');
    const all = database.prepare(
      'SELECT room_id AS roomId, peer_id AS peerId, until_ms AS untilMs, code FROM bans',
    );
    for (const row of all.iterate()) {
      const { success, output } = v.safeParse(RowSchema, row);
      if (success) this.#bans.add(output);
    }
  }

  ban(ban: Ban): void {
    this.forgetOver();
    if (!this.#bans.add(ban)) return;
    try {
      this.#write.run(ban.roomId, ban.peerId, Math.round(ban.untilMs), ban.code);
    } catch (error) {
      this.#log.error({ roomId: ban.roomId, err: error }, 'ban could not be written');
    }
  }

  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null {
    return this.#bans.of(roomId, peerId, wallMs);
  }

  /** Lets go of those that have run out. */
  forgetOver(): void {
    const nowMs = this.#clock.wallMs();
    this.#bans.forgetOver(nowMs);
    try {
      this.#erase.run(nowMs);
    } catch (error) {
      this.#log.error({ err: error }, 'bans that are over could not be erased');
    }
  }
}
