import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';
/** A container often has 64 MB of it, and the recorder refuses to begin below 200 MB. */
const ENOUGH_BYTES = 1e9;

/**
 * Where files of tests go that measure no disk: memory where there is enough. A disk that the machine's
 * other work keeps busy for seconds would be measured instead.
 */
export const SCRATCH = existsSync(MEMORY) && freeBytes(MEMORY) >= ENOUGH_BYTES ? MEMORY : tmpdir();

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
