import type { DatabaseSync } from 'node:sqlite';

/**
 * Does several things as one: all of it or, when `act` throws, none. What is `durable` is on the disk
 * when it returns, through a loss of power too; what is `quick` outlives the process. A flush may take
 * milliseconds, in which nothing else happens here.
 */
export function transaction<T>(database: DatabaseSync, how: 'durable' | 'quick', act: () => T): T {
  if (how === 'durable') database.exec('PRAGMA synchronous = FULL');
  try {
    database.exec('BEGIN IMMEDIATE');
    const result = act();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite may have rolled back by itself: on a full disk for one.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  } finally {
    if (how === 'durable') database.exec('PRAGMA synchronous = NORMAL');
  }
}
