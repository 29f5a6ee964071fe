import { statfs } from 'node:fs/promises';

/** Bytes that this process may still write in a directory's file system. */
export type FreeBytes = (directory: string) => Promise<number>;

/** What recordings leave free. */
export const RESERVE_BYTES = 200e6;

const askSystem: FreeBytes = async (directory) => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

/**
 * Checks that a journal of so many bytes can be finalised and still leaves the reserve: the speakers'
 * files take about as much again before the journal goes. The mix comes out of the reserve.
 * @returns what rejects when there is too little left
 */
export function spaceCheck(options: {
  directory: string;
  reserveBytes?: number;
  freeBytes?: FreeBytes;
}): (journalBytes: number) => Promise<void> {
  const { directory, reserveBytes = RESERVE_BYTES, freeBytes = askSystem } = options;
  return async (journalBytes) => {
    const free = await freeBytes(directory);
    if (free < reserveBytes + journalBytes) throw new Error('the disk is nearly full');
  };
}
