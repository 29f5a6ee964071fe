import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const SECRET_FILE = 'token-secret';
export const PREVIOUS_SECRET_FILE = 'token-secret-previous';

/**
 * The secret that signs tokens when none is configured: made on the first start and kept in
 * `dataDirectory`, mode 0600, so that links outlive a restart.
 */
export function loadOrCreateSecret(dataDirectory: string): string {
  const file = path.join(dataDirectory, SECRET_FILE);
  const draft = `${file}.${process.pid}`;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  // Whole or not at all: a link appears with its content, and never replaces another.
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

/** The one that signed before, should somebody have left it there to be taken still; null where not. */
export function loadPreviousSecret(dataDirectory: string): string | null {
  try {
    return readFileSync(path.join(dataDirectory, PREVIOUS_SECRET_FILE), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
