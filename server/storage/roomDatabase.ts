import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from '../session/ports.ts';
import { MIGRATIONS } from './roomSchema.ts';
import { salvage } from './salvage.ts';

const FILE = 'rooms.sqlite';
const DAMAGED_FILE = 'rooms.damaged.sqlite';
/** SQLite keeps what was written last, and who reads it, in files of their own beside. */
const COMPANIONS = ['', '-wal', '-shm'];
/** How long a write waits for another process that writes: one server may start while another stops. */
const BUSY_MS = 1_000;

/** A format that this server reads; it is the `user_version` of the file. */
const VERSION = MIGRATIONS.length;

/** About the file as a whole. Older servers let it be. */
const NOTES =
  'CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;';
/** A damaged file is kept for so long for who wants to look into it: it has what people wrote. */
const DAMAGED_KEPT_MS = 24 * 60 * 60_000;

// Result codes of SQLite (sqlite.org/rescode.html); the lower byte of what an error says.
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

/**
 * Opens what is kept of rooms, `rooms.sqlite` in `directory`, made if it is not there, mode 0600. One
 * that is damaged is put aside as `rooms.damaged.sqlite` for a day, in place of an earlier one, and a new one
 * made with what can still be read of rooms, invitations and bans.
 * @throws Error with `code` and `path`, as Node's for files: no right, no space, or NEWER_FORMAT
 */
export function openRoomDatabase({ directory, log }: { directory: string; log: Log }) {
  const path = join(directory, FILE);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  create(path);
  forgetDamaged(directory);
  try {
    return open(path);
  } catch (error) {
    if (!isDamage(error)) throw withReason(error, path);
    log.error({ err: error, kept: DAMAGED_FILE }, 'what was kept of rooms is damaged: put aside');
    putAside(directory);
    create(path);
    const database = open(path);
    const saved = salvage(join(directory, DAMAGED_FILE), database);
    log.info({ saved }, 'taken over from the damaged file');
    return database;
  }
}

/** Where there is none. Its companions get the same mode. */
function create(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  // SQLite makes sure of what is in a file, and not that the file is found again after a loss of power.
  const directory = openSync(dirname(path), 'r');
  fsyncSync(directory);
  closeSync(directory);
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    // NORMAL flushes nothing to the disk with a write: what a process wrote is the kernel's, and outlives
    // the process. A machine that loses its power may lose the last seconds, and never the file.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    // What people wrote and is forgotten is to be gone from the file too.
    database.exec('PRAGMA secure_delete = ON;');
    build(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function build(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > VERSION) {
    const message = `${path} has format ${version}, and this server knows ${VERSION}`;
    throw Object.assign(new Error(message), { code: 'NEWER_FORMAT', path });
  }
  const check = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (check !== 'ok') throw Object.assign(new Error(String(check)), { errcode: SQLITE_CORRUPT });
  if (version !== VERSION) {
    const steps = MIGRATIONS.slice(version).join('');
    database.exec(`BEGIN IMMEDIATE; ${steps} PRAGMA user_version = ${VERSION}; COMMIT;`);
  }
  database.exec(NOTES);
}

function forgetDamaged(directory: string): void {
  for (const companion of COMPANIONS) {
    const path = join(directory, DAMAGED_FILE + companion);
    const keptMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (keptMs > DAMAGED_KEPT_MS) rmSync(path, { force: true });
  }
}

function putAside(directory: string): void {
  for (const companion of COMPANIONS) {
    rmSync(join(directory, DAMAGED_FILE + companion), { force: true });
    try {
      renameSync(join(directory, FILE + companion), join(directory, DAMAGED_FILE + companion));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

const resultOf = (error: unknown) => Number((error as { errcode?: number }).errcode) & 0xff;

function isDamage(error: unknown): boolean {
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(resultOf(error));
}

/** A full disk as Node tells of it. */
function withReason(error: unknown, path: string): unknown {
  if (resultOf(error) !== SQLITE_FULL) return error;
  return Object.assign(new Error(`no space left for ${path}`), { code: 'ENOSPC', path });
}
