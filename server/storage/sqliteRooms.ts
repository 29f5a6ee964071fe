import { PHRASE_LOG, ProtocolError, type PeerId, type Phrase, type RoomId } from '#protocol';
import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { NO_STANDING, type Standing } from '../domain/standings.ts';
import type { Clock, KeptRoom, KeptSpeech, Log, RoomMemory, RoomStore } from '../session/ports.ts';
import { RoomTables } from './roomTables.ts';

/** How long a room is kept that was open when the server ended, and to which nobody comes back. */
const KEPT_MS = 60 * 60_000;
/** Of those, the ones seen last. */
const MAX_LEFT = 1_000;
/** How often it is written that a room is open, and looked what is to be forgotten. */
const TIDY_MS = 60_000;
/** Between two batches of phrases that are erased. */
const ERASE_PAUSE_MS = 20;
/** After the last of them, until what is left of their words is wiped: it takes a flush to the disk. */
const WIPE_PAUSE_MS = 2_000;
/** Another one after each start of the machine (random(4)). */
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** A full disk fails with every phrase: it is said once in so long. */
const COMPLAINT_PAUSE_MS = 60_000;

export interface SqliteRoomsOptions {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeLogId: () => string;
  /** Names this run of the machine; null where it cannot be told. */
  readonly bootId?: string | null;
}

/**
 * Rooms in a database. Its calls are synchronous: what a process handed to the kernel outlives it, and
 * that takes some 10 us, so that nothing can come between the numbering of a phrase and its keeping.
 */
export class SqliteRooms implements RoomStore {
  readonly #options: SqliteRoomsOptions;
  readonly #tables: RoomTables;
  readonly #open = new Map<RoomId, OpenRoom>();
  /** Logs whose phrases are still to be erased. */
  readonly #erasing = new Set<string>();
  #cancelErase: () => void = () => {};
  #cancelWipe: () => void = () => {};
  #cancelTidy: () => void = () => {};
  #complainedMs = -Infinity;

  constructor(options: SqliteRoomsOptions) {
    this.#options = options;
    this.#tables = new RoomTables(options.database);
    this.#attempt(() => this.#beginAnewAfterPowerLoss(options.bootId ?? bootId()));
    for (const logId of this.#tables.orphans()) this.#erasing.add(logId);
    this.#tidy();
  }

  open(roomId: RoomId): { memory: RoomMemory; kept: KeptRoom } {
    const found = this.#attempt(() => this.#find(roomId));
    const memory = new OpenRoom({
      roomId,
      logId: found?.logId ?? this.#options.makeLogId(),
      speech: found?.speech ?? null,
      isWritten: Boolean(found),
      tables: this.#tables,
      clock: this.#options.clock,
      attempt: (act) => this.#attempt(act),
      ended: (isForgotten) => {
        if (this.#open.get(roomId) === memory) this.#open.delete(roomId);
        if (isForgotten) this.#forget(memory);
      },
    });
    this.#open.set(roomId, memory);
    const { phrases = [], speech = null, standings = new Map() } = found ?? {};
    return { memory, kept: { phrases, speech, standings } };
  }

  standingOf(roomId: RoomId, peerId: PeerId): Standing {
    const found = this.#attempt(() => {
      const room = this.#tables.find(roomId);
      const isThere = room && !this.#erasing.has(room.logId);
      return isThere ? this.#tables.standings(room.logId).get(peerId) : undefined;
    });
    return found ?? NO_STANDING;
  }

  /** Idempotent. The database is the caller's to close. */
  close(): void {
    this.#cancelTidy();
    this.#cancelErase();
    this.#cancelWipe();
    this.#attempt(() => this.#seeOpen());
    while (this.#erasing.size > 0 && this.#attempt(() => this.#eraseSome()));
    this.#erasing.clear();
  }

  #find(roomId: RoomId) {
    const found = this.#tables.find(roomId);
    if (!found || this.#erasing.has(found.logId)) return null;
    const { logId, speech } = found;
    const phrases = this.#tables.phrases(logId);
    return { logId, speech, phrases, standings: this.#tables.standings(logId) };
  }

  #tidy(): void {
    this.#attempt(() => {
      this.#seeOpen();
      const left = this.#tables.all().filter(({ roomId }) => !this.#open.has(roomId));
      const oldestMs = this.#options.clock.wallMs() - KEPT_MS;
      for (const [index, room] of left.entries()) {
        if (index >= MAX_LEFT || room.seenMs <= oldestMs) this.#forget(room);
      }
    });
    this.#erase();
    this.#cancelTidy = this.#options.clock.after(TIDY_MS, () => this.#tidy());
  }

  #seeOpen(): void {
    const nowMs = this.#options.clock.wallMs();
    for (const roomId of this.#open.keys()) this.#tables.see(roomId, nowMs);
  }

  /** From here on nobody finds it; most have few phrases, and those are gone at once too. */
  #forget(room: { roomId: RoomId; logId: string }): void {
    this.#erasing.add(room.logId);
    this.#attempt(() => this.#tables.remove(room));
    this.#erase();
  }

  #erase(): void {
    this.#cancelErase();
    if (this.#erasing.size === 0 || !this.#attempt(() => this.#eraseSome())) return;
    this.#cancelErase = this.#options.clock.after(ERASE_PAUSE_MS, () => this.#erase());
  }

  /**
   * With the machine's power the last phrases may have gone, and their numbers would be given to others:
   * to whoever stayed in the room those would look known.
   */
  #beginAnewAfterPowerLoss(bootId: string | null): void {
    const before = this.#tables.note('bootId');
    if (bootId === null || bootId === before) return;
    if (before !== null) this.#tables.renameLogs(this.#options.makeLogId);
    this.#tables.putNote('bootId', bootId);
  }

  #eraseSome(): true {
    for (const logId of this.#erasing) {
      if (!this.#tables.removeSome(logId)) break;
      this.#erasing.delete(logId);
    }
    if (this.#erasing.size === 0) this.#wipeSoon();
    return true;
  }

  #wipeSoon(): void {
    this.#cancelWipe();
    this.#cancelWipe = this.#options.clock.after(WIPE_PAUSE_MS, () => {
      this.#attempt(() => this.#tables.wipe());
    });
  }

  /** Undefined where the database fails, which is logged once a minute at most. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const nowMs = this.#options.clock.monotonicMs();
      if (nowMs - this.#complainedMs < COMPLAINT_PAUSE_MS) return undefined;
      this.#complainedMs = nowMs;
      this.#options.log.error({ err: error }, 'rooms cannot be kept');
      return undefined;
    }
  }
}

function bootId(): string | null {
  try {
    return readFileSync(BOOT_ID_FILE, 'utf8').trim();
  } catch {
    return null;
  }
}

/** One open room. Its row is written with the first thing that is to be kept of it. */
class OpenRoom implements RoomMemory {
  readonly roomId: RoomId;
  readonly logId: string;
  readonly #options;
  #speech: KeptSpeech | null;
  #isWritten: boolean;

  constructor(options: {
    roomId: RoomId;
    logId: string;
    speech: KeptSpeech | null;
    isWritten: boolean;
    tables: RoomTables;
    clock: Clock;
    attempt: <T>(act: () => T) => T | undefined;
    ended: (isForgotten: boolean) => void;
  }) {
    this.#options = options;
    this.roomId = options.roomId;
    this.logId = options.logId;
    this.#speech = options.speech;
    this.#isWritten = options.isWritten;
  }

  keepPhrase(phrase: Phrase): void {
    const { tables, attempt } = this.#options;
    const isKept = attempt(() => {
      if (!this.#isWritten) this.#write();
      tables.addPhrase(this.logId, phrase);
      return true;
    });
    if (!isKept) throw new ProtocolError('STORAGE_FAILED', 'the phrase cannot be kept');
    const last = phrase.seq - PHRASE_LOG;
    if (last > 0) attempt(() => tables.removePhrasesUpTo(this.logId, last));
  }

  keepSpeech(speech: KeptSpeech): void {
    this.#speech = speech;
    this.#options.attempt(() => this.#write());
  }

  keepStanding(peerId: PeerId, standing: Standing): void {
    const { tables, attempt } = this.#options;
    attempt(() => {
      if (!this.#isWritten) this.#write();
      tables.putStanding(this.logId, peerId, standing);
    });
  }

  release(): void {
    this.#options.ended(false);
  }

  forget(): void {
    this.#options.ended(true);
  }

  #write(): void {
    const { tables, clock } = this.#options;
    tables.put({ roomId: this.roomId, logId: this.logId, seenMs: clock.wallMs() }, this.#speech);
    this.#isWritten = true;
  }
}
