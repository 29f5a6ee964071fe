import { DatabaseSync } from 'node:sqlite';

/** What nobody could make anew, those first on which others depend. What was said is let go. */
const TABLES = ['book', 'invitations', 'invitation_uses', 'bans'] as const;

/**
 * Takes over what can still be read of a damaged database of the same format.
 * @returns how many rows of each table; those that cannot be read are left out
 */
export function salvage(path: string, database: DatabaseSync): Record<string, number> {
  const saved: Record<string, number> = {};
  let damaged: DatabaseSync | null = null;
  try {
    damaged = new DatabaseSync(path, { readOnly: true });
    database.exec('BEGIN IMMEDIATE');
    for (const table of TABLES) saved[table] = copy(table, damaged, database);
    database.exec('COMMIT');
  } catch {
    // It is no database at all, or there is no space: the new one stays as it is.
    if (database.isTransaction) database.exec('ROLLBACK');
    return {};
  } finally {
    damaged?.close();
  }
  return saved;
}

function copy(table: (typeof TABLES)[number], from: DatabaseSync, to: DatabaseSync): number {
  let copied = 0;
  // What stands behind a damaged page is reached from the other end.
  for (const order of ['ASC', 'DESC']) {
    try {
      const rows = from.prepare(`SELECT * FROM ${table} ORDER BY 1 ${order}`);
      const names = rows.columns().map(({ name }) => name);
      const values = names.map((name) => `:${name}`).join(', ');
      const insert = to.prepare(
        `INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${values})`,
      );
      for (const row of rows.iterate()) copied += changesOf(() => insert.run(row));
      break;
    } catch {
      // Up to here it could be read.
    }
  }
  return copied;
}

/** 0 for a row that does not fit: one whose room is lost, for one. */
function changesOf(insert: () => { changes: number | bigint }): number {
  try {
    return Number(insert().changes);
  } catch {
    return 0;
  }
}
