import {
  ApprovalSchema,
  InvitationIdSchema,
  PeerIdSchema,
  RoleSchema,
  type PeerId,
  type Phrase,
  type RoomId,
} from '#protocol';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import type { Standing } from '../domain/standings.ts';
import type { KeptSpeech } from '../session/ports.ts';

/** Rows that are deleted at a time, so that nobody's sound waits for it: a few milliseconds. */
const BATCH = 500;

const StandingSchema = v.object({
  peer_id: PeerIdSchema,
  role: v.nullable(RoleSchema),
  invited_as: RoleSchema,
  invitation_id: v.nullable(InvitationIdSchema),
  mutes: v.number(),
});

/** A room as its row has it. Milliseconds since 1970. */
export interface RoomRow {
  readonly roomId: RoomId;
  readonly logId: string;
  readonly seenMs: number;
}

/** The statements on open rooms and what was said and done in them. Each throws what SQLite throws, and then has done nothing. */
export class RoomTables {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = {
      find: database.prepare('SELECT log_id, approval, held FROM rooms WHERE room_id = ?'),
      all: database.prepare('SELECT room_id, log_id, seen_ms FROM rooms ORDER BY seen_ms DESC'),
      put: database.prepare('INSERT OR REPLACE INTO rooms VALUES (?, ?, ?, ?, ?)'),
      see: database.prepare('UPDATE rooms SET seen_ms = ? WHERE room_id = ?'),
      remove: database.prepare('DELETE FROM rooms WHERE room_id = ? AND log_id = ?'),
      phrases: database.prepare(
        `SELECT seq, at, author_id AS authorId, author_name AS authorName, text, language,
           draft_id AS draftId
         FROM phrases WHERE log_id = ? ORDER BY seq`,
      ),
      addPhrase: database.prepare('INSERT INTO phrases VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
      removeUpTo: database.prepare('DELETE FROM phrases WHERE log_id = ? AND seq <= ?'),
      removeSome: database.prepare(
        `DELETE FROM phrases WHERE log_id = ?1 AND seq IN
           (SELECT seq FROM phrases WHERE log_id = ?1 LIMIT ${BATCH})`,
      ),
      standings: database.prepare('SELECT * FROM standings WHERE log_id = ?'),
      putStanding: database.prepare('INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?, ?)'),
      removeStandings: database.prepare(
        `DELETE FROM standings WHERE log_id = ?1 AND peer_id IN
           (SELECT peer_id FROM standings WHERE log_id = ?1 LIMIT ${BATCH})`,
      ),
      renameStandings: database.prepare('UPDATE standings SET log_id = ? WHERE log_id = ?'),
      wipe: database.prepare('PRAGMA wal_checkpoint(TRUNCATE)'),
      renamePhrases: database.prepare('UPDATE phrases SET log_id = ? WHERE log_id = ?'),
      renameRoom: database.prepare('UPDATE rooms SET log_id = ? WHERE log_id = ?'),
      note: database.prepare('SELECT value FROM notes WHERE name = ?'),
      putNote: database.prepare('INSERT OR REPLACE INTO notes VALUES (?, ?)'),
      orphans: database.prepare(
        `SELECT DISTINCT log_id FROM (SELECT log_id FROM phrases UNION SELECT log_id FROM standings)
         WHERE log_id NOT IN (SELECT log_id FROM rooms)`,
      ),
    };
  }

  /** Nothing that was deleted is left in the file beside either, in which SQLite keeps what was written last. */
  wipe(): void {
    this.#statements.wipe.get();
  }

  /** All rooms begin anew with their numbers, with what was said so far. */
  renameLogs(makeLogId: () => string): void {
    for (const { logId } of this.all()) {
      const renamed = makeLogId();
      this.#statements.renamePhrases.run(renamed, logId);
      this.#statements.renameStandings.run(renamed, logId);
      this.#statements.renameRoom.run(renamed, logId);
    }
  }

  /** What was noted under this name; null when nothing was. */
  note(name: string): string | null {
    const row = this.#statements.note.get(name);
    return row ? String(row['value']) : null;
  }

  putNote(name: string, value: string): void {
    this.#statements.putNote.run(name, value);
  }

  find(roomId: RoomId): { logId: string; speech: KeptSpeech | null } | null {
    const row = this.#statements.find.get(roomId);
    if (!row) return null;
    const approval = v.safeParse(ApprovalSchema, row['approval']);
    const speech = approval.success ? { approval: approval.output, held: row['held'] === 1 } : null;
    return { logId: String(row['log_id']), speech };
  }

  /** The one seen last first. */
  all(): RoomRow[] {
    return this.#statements.all.all().map((row) => ({
      roomId: row['room_id'] as RoomId,
      logId: String(row['log_id']),
      seenMs: Number(row['seen_ms']),
    }));
  }

  put({ roomId, logId, seenMs }: RoomRow, speech: KeptSpeech | null): void {
    const held = speech === null ? null : Number(speech.held);
    this.#statements.put.run(roomId, logId, Math.round(seenMs), speech?.approval ?? null, held);
  }

  see(roomId: RoomId, seenMs: number): void {
    this.#statements.see.run(Math.round(seenMs), roomId);
  }

  /** Its phrases are left, and nobody finds them by the room. */
  remove({ roomId, logId }: Pick<RoomRow, 'roomId' | 'logId'>): void {
    this.#statements.remove.run(roomId, logId);
  }

  /** Oldest first. */
  phrases(logId: string): Phrase[] {
    // As they were written: by `addPhrase`, of phrases that were checked.
    return this.#statements.phrases.all(logId) as unknown as Phrase[];
  }

  addPhrase(logId: string, phrase: Phrase): void {
    const { seq, at, authorId, authorName, text, language, draftId } = phrase;
    const values = [logId, seq, at, authorId, authorName, text, language, draftId] as const;
    this.#statements.addPhrase.run(...values);
  }

  removePhrasesUpTo(logId: string, seq: number): void {
    this.#statements.removeUpTo.run(logId, seq);
  }

  standings(logId: string): Map<PeerId, Standing> {
    const standings = new Map<PeerId, Standing>();
    for (const row of this.#statements.standings.iterate(logId)) {
      const { success, output } = v.safeParse(StandingSchema, row);
      if (!success) continue;
      const {
        peer_id: peerId,
        role,
        invited_as: invitedAs,
        invitation_id: invitationId,
        mutes,
      } = output;
      standings.set(peerId, { role, invitedAs, invitationId, mutes });
    }
    return standings;
  }

  putStanding(logId: string, peerId: PeerId, standing: Standing): void {
    const { role, invitedAs, invitationId, mutes } = standing;
    this.#statements.putStanding.run(logId, peerId, role, invitedAs, invitationId, mutes);
  }

  /** Removes some of what there is of a log. False when there may be more. */
  removeSome(logId: string): boolean {
    const { removeSome, removeStandings } = this.#statements;
    return [removeSome, removeStandings].every(
      (statement) => Number(statement.run(logId).changes) < BATCH,
    );
  }

  /** Logs of which there is something and no room. */
  orphans(): string[] {
    return this.#statements.orphans.all().map((row) => String(row['log_id']));
  }
}
