import { ProtocolError, type RoomId } from '#protocol';
import type { DatabaseSync } from 'node:sqlite';
import type { BanBook, Clock, OpenCopy, RoomCopy, RoomTransfer } from '../session/ports.ts';
import { BookTables } from './bookTables.ts';
import { RoomTables } from './roomTables.ts';
import { transaction } from './transaction.ts';

export interface SqliteTransferOptions {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly bans: BanBook & { forgetRoom(roomId: RoomId): void };
  /** Told of a room that was not in the book before. */
  readonly added: () => void;
}

/** Rooms out of the database and into it, whole. */
export class SqliteTransfer implements RoomTransfer {
  readonly #options: SqliteTransferOptions;
  readonly #book: BookTables;
  readonly #rooms: RoomTables;
  readonly #statements;

  constructor(options: SqliteTransferOptions) {
    const { database } = options;
    this.#options = options;
    this.#book = new BookTables(database);
    this.#rooms = new RoomTables(database);
    this.#statements = {
      created: database.prepare('SELECT created_ms FROM book WHERE room_id = ?'),
      uses: database.prepare(
        `SELECT invitation_id AS invitationId, peer_id AS peerId
         FROM invitation_uses JOIN invitations USING (number) WHERE room_id = ?`,
      ),
      remove: database.prepare('DELETE FROM book WHERE room_id = ?'),
      endInvitation: database.prepare(
        `UPDATE invitations SET uses = ?3, revoked_ms = ?4, end_ms = min(end_ms, ifnull(?4, end_ms))
         WHERE room_id = ?1 AND invitation_id = ?2`,
      ),
      addUse: database.prepare(
        `INSERT INTO invitation_uses SELECT number, ?3 FROM invitations
         WHERE room_id = ?1 AND invitation_id = ?2`,
      ),
      markUsed: database.prepare('UPDATE book SET is_used = 1 WHERE room_id = ?'),
      removePhrases: database.prepare('DELETE FROM phrases WHERE log_id = ?'),
      removeStandings: database.prepare('DELETE FROM standings WHERE log_id = ?'),
    };
  }

  read(roomId: RoomId): RoomCopy | null {
    const record = this.#book.find(roomId);
    if (!record?.settings) return null;
    const { clock, bans } = this.#options;
    const createdAt = Number(this.#statements.created.get(roomId)?.['created_ms']);
    const invitations = this.#book.invitations(roomId).toReversed();
    return {
      record: { ...record, settings: record.settings },
      createdAt,
      invitations: invitations.map(({ number: _, ...invitation }) => invitation),
      uses: this.#statements.uses.all(roomId) as unknown as RoomCopy['uses'],
      bans: bans.banned(roomId, clock.wallMs()),
      open: this.#readOpen(roomId),
    };
  }

  replace(copy: RoomCopy): void {
    const { database, bans, added } = this.#options;
    const { roomId } = copy.record;
    const isNew = this.#book.find(roomId) === null;
    try {
      transaction(database, 'durable', () => {
        this.#statements.remove.run(roomId);
        this.#replaceBook(copy);
        this.#removeOpen(roomId);
        if (copy.open) this.#addOpen(roomId, copy.open);
      });
    } catch (cause) {
      const refusal = new ProtocolError('STORAGE_FAILED', 'the room could not be brought here');
      throw Object.assign(refusal, { cause });
    }
    bans.forgetRoom(roomId);
    for (const ban of copy.bans) bans.ban(ban);
    if (isNew) added();
  }

  #readOpen(roomId: RoomId): OpenCopy | null {
    const room = this.#rooms.find(roomId);
    if (!room) return null;
    const { logId, speech } = room;
    const standings = [...this.#rooms.standings(logId)];
    return { logId, speech, standings, phrases: this.#rooms.phrases(logId) };
  }

  #replaceBook({ record, createdAt, invitations, uses }: RoomCopy): void {
    const { roomId } = record;
    this.#book.add(record, createdAt);
    for (const invitation of invitations) {
      this.#book.invite(roomId, invitation);
      const { invitationId, uses: count, revokedAt } = invitation;
      this.#statements.endInvitation.run(roomId, invitationId, count, revokedAt);
    }
    for (const use of uses) this.#statements.addUse.run(roomId, use.invitationId, use.peerId);
    if (uses.length > 0) this.#statements.markUsed.run(roomId);
  }

  #removeOpen(roomId: RoomId): void {
    const before = this.#rooms.find(roomId);
    if (!before) return;
    this.#statements.removePhrases.run(before.logId);
    this.#statements.removeStandings.run(before.logId);
    this.#rooms.remove({ roomId, logId: before.logId });
  }

  #addOpen(roomId: RoomId, { logId, speech, phrases, standings }: OpenCopy): void {
    this.#statements.removePhrases.run(logId);
    this.#statements.removeStandings.run(logId);
    this.#rooms.put({ roomId, logId, seenMs: this.#options.clock.wallMs() }, speech);
    for (const phrase of phrases) this.#rooms.addPhrase(logId, phrase);
    for (const [peerId, standing] of standings) this.#rooms.putStanding(logId, peerId, standing);
  }
}
