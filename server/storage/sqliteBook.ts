import {
  MAX_INVITATIONS,
  MAX_PEERS,
  ProtocolError,
  RoomSettingsSchema,
  type InvitationId,
  type PeerId,
  type RoomId,
} from '#protocol';
import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { requireGood, type NewInvitation, type StoredInvitation } from '../domain/invitations.ts';
import type { Clock, Log, RoomBook, RoomRecord } from '../session/ports.ts';
import { BookTables } from './bookTables.ts';
import { transaction } from './transaction.ts';

/** How long an invitation that ended is shown, and its room found again. */
const ENDED_KEPT_MS = 30 * 24 * 3_600_000;
/** Of a room; the list has place for these and MAX_INVITATIONS good ones. */
const MAX_ENDED = 800;
/**
 * Making a room needs no token: beyond these the oldest goes that nobody ever came into. With their
 * invitations they are some 120 MB.
 */
const MAX_ROOMS = 100_000;
const TIDY_MS = 10 * 60_000;
/** With each go 10,000 people who are remembered at most: a few milliseconds. */
const TIDY_BATCH = 5;
const TIDY_PAUSE_MS = 20;
/** A full disk fails with every room: it is said once in so long. */
const COMPLAINT_PAUSE_MS = 60_000;

export interface SqliteBookOptions {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxRooms?: number;
  /** Told of each room that is in the book no more. */
  readonly forgotten?: (roomId: RoomId) => void;
}

/** The book of rooms in a database. What it has promised is on the disk when a call returns. */
export class SqliteBook implements RoomBook {
  readonly #options: SqliteBookOptions;
  readonly #tables: BookTables;
  /** Rooms of whose damaged settings it has been told. */
  readonly #complainedOf = new Set<RoomId>();
  #rooms: number;
  #complainedMs = -Infinity;
  #cancelTidy: () => void = () => {};

  constructor(options: SqliteBookOptions) {
    this.#options = options;
    this.#tables = new BookTables(options.database);
    this.#rooms = this.#tables.count();
    this.#tidy();
  }

  create(room: RoomRecord, invitations: readonly NewInvitation[]): void {
    const isFull = this.#rooms >= (this.#options.maxRooms ?? MAX_ROOMS);
    let gone: RoomId | null = null;
    this.#write('durable', () => {
      if (isFull) gone = this.#tables.removeUnused();
      if (isFull && gone === null) throw new Error('no place for another room');
      this.#tables.add(room, this.#options.clock.wallMs());
      for (const invitation of invitations) this.#tables.invite(room.roomId, invitation);
    });
    if (gone === null) this.#rooms += 1;
    else this.#options.forgotten?.(gone);
  }

  find(roomId: RoomId): RoomRecord | null {
    const room = this.#tables.find(roomId);
    if (!room) return null;
    const { settings } = room;
    if (settings) return { ...room, settings };
    if (!this.#complainedOf.has(roomId)) {
      this.#complainedOf.add(roomId);
      this.#options.log.error({ roomId }, 'settings of a room are damaged: as if it had none');
    }
    return { ...room, settings: v.parse(RoomSettingsSchema, {}) };
  }

  put(room: RoomRecord): void {
    this.#write('durable', () => this.#tables.put(room));
  }

  invite(roomId: RoomId, invitation: NewInvitation): void {
    this.#write('durable', () => {
      const nowMs = this.#options.clock.wallMs();
      if (this.#tables.countGood(roomId, nowMs) >= MAX_INVITATIONS) {
        throw new ProtocolError('LIMIT_REACHED', 'as many invitations are good as may be');
      }
      this.#tables.invite(roomId, invitation);
      this.#tables.removeEnded(roomId, nowMs, MAX_ENDED);
    });
  }

  invitations(roomId: RoomId): StoredInvitation[] {
    return this.#tables.invitations(roomId).map(withoutNumber);
  }

  invitation(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    const found = this.#tables.invitation(roomId, invitationId);
    return found && withoutNumber(found);
  }

  use(roomId: RoomId, invitationId: InvitationId, peerId: PeerId): void {
    const found = this.#tables.invitation(roomId, invitationId);
    requireGood(found, this.#options.clock.wallMs());
    if (this.#tables.hasUsed(found.number, peerId)) return;
    // Where nothing depends on the number, hundreds who come at once need not wait for the disk.
    this.#write(found.maxUses === null ? 'quick' : 'durable', () => {
      const { number, uses, maxUses } = this.#tables.invitation(roomId, invitationId) ?? found;
      if (uses >= (maxUses ?? Infinity)) {
        throw new ProtocolError('INVITATION_USED', 'as many as it is for have come in with it');
      }
      const isRemembered = uses < MAX_PEERS;
      this.#tables.countUse({ roomId, number, peerId, isRemembered });
    });
  }

  revoke(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    this.#write('durable', () => {
      const nowMs = this.#options.clock.wallMs();
      this.#tables.revoke(roomId, invitationId, nowMs);
      this.#tables.removeEnded(roomId, nowMs, MAX_ENDED);
    });
    return this.invitation(roomId, invitationId);
  }

  /** Rooms came into the database past the book. */
  recount(): void {
    this.#rooms = this.#tables.count();
  }

  /** Idempotent. The database is the caller's to close. */
  close(): void {
    this.#cancelTidy();
  }

  #tidy(): void {
    this.#cancelTidy = this.#options.clock.after(this.#forgetOver() ? TIDY_MS : TIDY_PAUSE_MS, () =>
      this.#tidy(),
    );
  }

  /** False when there is more to forget. */
  #forgetOver(): boolean {
    const { database, clock } = this.#options;
    try {
      const endedByMs = clock.wallMs() - ENDED_KEPT_MS;
      const removed = transaction(database, 'quick', () =>
        this.#tables.removeOver(endedByMs, TIDY_BATCH),
      );
      this.#rooms -= removed.rooms.length;
      for (const roomId of removed.rooms) this.#options.forgotten?.(roomId);
      return removed.invitations < TIDY_BATCH;
    } catch (error) {
      this.#complain(error);
      return true;
    }
  }

  /** @throws ProtocolError as `act` does, or STORAGE_FAILED: then nothing was written */
  #write(how: 'durable' | 'quick', act: () => void): void {
    try {
      transaction(this.#options.database, how, act);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.#complain(error);
      throw new ProtocolError('STORAGE_FAILED', 'the book of rooms could not be written');
    }
  }

  #complain(error: unknown): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#complainedMs < COMPLAINT_PAUSE_MS) return;
    this.#complainedMs = nowMs;
    this.#options.log.error({ err: error }, 'the book of rooms cannot be written');
  }
}

function withoutNumber({ number: _, ...invitation }: StoredInvitation & { number: number }) {
  return invitation;
}
