import {
  RoleSchema,
  RoomSettingsSchema,
  type InvitationId,
  type PeerId,
  type RoomId,
  type RoomSettings,
} from '#protocol';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import type { NewInvitation, StoredInvitation } from '../domain/invitations.ts';
import type { RoomRecord } from '../session/ports.ts';

const INVITATION = `
  SELECT number, invitation_id AS invitationId, role, label, created_ms AS createdAt,
    expires_ms AS expiresAt, max_uses AS maxUses, uses, revoked_ms AS revokedAt
  FROM invitations WHERE room_id = ?`;

/** An invitation with the number by which tables know it. */
export type InvitationRow = StoredInvitation & { readonly number: number };

/** A room as its row has it; null for settings that are none. */
export type BookRow = Omit<RoomRecord, 'settings'> & { readonly settings: RoomSettings | null };

/** The statements on the book of rooms. Each throws what SQLite throws, and then has done nothing. */
export class BookTables {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = {
      find: database.prepare('SELECT room_name, settings FROM book WHERE room_id = ?'),
      count: database.prepare('SELECT count(*) AS rooms FROM book'),
      add: database.prepare(
        'INSERT INTO book (room_id, room_name, settings, created_ms) VALUES (?, ?, ?, ?)',
      ),
      put: database.prepare('UPDATE book SET room_name = ?, settings = ? WHERE room_id = ?'),
      invite: database.prepare(
        `INSERT INTO invitations (room_id, invitation_id, role, label, created_ms, expires_ms, max_uses, end_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)`,
      ),
      invitation: database.prepare(`${INVITATION} AND invitation_id = ?`),
      invitations: database.prepare(`${INVITATION} ORDER BY number DESC`),
      countGood: database.prepare(
        'SELECT count(*) AS good FROM invitations WHERE room_id = ? AND end_ms > ?',
      ),
      revoke: database.prepare(
        `UPDATE invitations SET revoked_ms = ?3, end_ms = min(end_ms, ?3)
         WHERE room_id = ?1 AND invitation_id = ?2 AND revoked_ms IS NULL`,
      ),
      hasUsed: database.prepare('SELECT 1 FROM invitation_uses WHERE number = ? AND peer_id = ?'),
      addUser: database.prepare('INSERT INTO invitation_uses VALUES (?, ?)'),
      countUse: database.prepare('UPDATE invitations SET uses = uses + 1 WHERE number = ?'),
      // The last ones of a room to have ended stay.
      removeEnded: database.prepare(
        `DELETE FROM invitations WHERE number IN (
           SELECT number FROM invitations WHERE room_id = ? AND end_ms <= ?
           ORDER BY end_ms DESC, number DESC LIMIT -1 OFFSET ?)`,
      ),
      removeOver: database.prepare(
        `DELETE FROM invitations WHERE number IN (
           SELECT number FROM invitations WHERE end_ms <= ? ORDER BY end_ms LIMIT ?)
         RETURNING room_id`,
      ),
      removeEmpty: database.prepare(
        `DELETE FROM book WHERE room_id = ?1
           AND NOT EXISTS (SELECT 1 FROM invitations WHERE room_id = ?1)`,
      ),
      markUsed: database.prepare('UPDATE book SET is_used = 1 WHERE room_id = ? AND is_used = 0'),
      removeUnused: database.prepare(
        `DELETE FROM book WHERE room_id =
           (SELECT room_id FROM book WHERE is_used = 0 ORDER BY created_ms LIMIT 1)
         RETURNING room_id`,
      ),
    };
  }

  find(roomId: RoomId): BookRow | null {
    const row = this.#statements.find.get(roomId);
    if (!row) return null;
    const settings = v.safeParse(RoomSettingsSchema, readJson(row['settings']));
    return {
      roomId,
      roomName: String(row['room_name']),
      settings: settings.success ? settings.output : null,
    };
  }

  count(): number {
    return Number(this.#statements.count.get()?.['rooms']);
  }

  add({ roomId, roomName, settings }: RoomRecord, wallMs: number): void {
    this.#statements.add.run(roomId, roomName, JSON.stringify(settings), Math.round(wallMs));
  }

  put({ roomId, roomName, settings }: RoomRecord): void {
    this.#statements.put.run(roomName, JSON.stringify(settings), roomId);
  }

  invite(roomId: RoomId, invitation: NewInvitation): void {
    const { invitationId, role, label, createdAt, expiresAt, maxUses } = invitation;
    const times = [Math.round(createdAt), Math.round(expiresAt)] as const;
    this.#statements.invite.run(roomId, invitationId, role, label, ...times, maxUses);
  }

  /** Null also for one whose row is damaged: it lets nobody in. */
  invitation(roomId: RoomId, invitationId: InvitationId): InvitationRow | null {
    return toInvitation(this.#statements.invitation.get(roomId, invitationId));
  }

  /** The newest first. */
  invitations(roomId: RoomId): InvitationRow[] {
    return this.#statements.invitations.all(roomId).flatMap((row) => toInvitation(row) ?? []);
  }

  countGood(roomId: RoomId, wallMs: number): number {
    return Number(this.#statements.countGood.get(roomId, Math.round(wallMs))?.['good']);
  }

  revoke(roomId: RoomId, invitationId: InvitationId, wallMs: number): void {
    this.#statements.revoke.run(roomId, invitationId, Math.round(wallMs));
  }

  hasUsed(number: number, peerId: PeerId): boolean {
    return this.#statements.hasUsed.get(number, peerId) !== undefined;
  }

  /** @param isRemembered whether this person is known to have used it from here on */
  countUse(use: { roomId: RoomId; number: number; peerId: PeerId; isRemembered: boolean }): void {
    if (use.isRemembered) this.#statements.addUser.run(use.number, use.peerId);
    this.#statements.countUse.run(use.number);
    this.#statements.markUsed.run(use.roomId);
  }

  /** Leaves `kept` of those of a room that have ended, the last to do so. */
  removeEnded(roomId: RoomId, wallMs: number, kept: number): void {
    this.#statements.removeEnded.run(roomId, Math.round(wallMs), kept);
  }

  /**
   * Removes at most so many invitations that had ended by then, and rooms that have none left.
   * @returns how many invitations, and which rooms
   */
  removeOver(endedByMs: number, atMost: number): { invitations: number; rooms: RoomId[] } {
    const removed = this.#statements.removeOver.all(Math.round(endedByMs), atMost);
    const roomIds = new Set(removed.map((row) => row['room_id'] as RoomId));
    const rooms = [...roomIds].filter((roomId) => this.#statements.removeEmpty.run(roomId).changes);
    return { invitations: removed.length, rooms };
  }

  /** Removes the oldest room that nobody ever came into, where there is one. */
  removeUnused(): RoomId | null {
    const removed = this.#statements.removeUnused.get();
    return removed ? (removed['room_id'] as RoomId) : null;
  }
}

function toInvitation(row: Record<string, unknown> | undefined): InvitationRow | null {
  // As they were written: by `invite`, of invitations that were checked. Without its role it is none.
  return row && v.is(RoleSchema, row['role']) ? ({ ...row } as unknown as InvitationRow) : null;
}

function readJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}
