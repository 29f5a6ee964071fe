import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingId, RecordingSummary } from '#protocol';
import { recordingFolder } from './folderContent.ts';
import { PART_MS, PART_NAME } from './journalFormat.ts';
import { journalParts } from './journalReader.ts';
import { MIX_BITS_PER_SECOND } from './mixBitrates.ts';
import { journalBytes } from './progress.ts';

/** Bytes that this process may still write in a directory's file system. */
export type FreeBytes = (directory: string) => Promise<number>;

export interface DiskReserveOptions {
  /** Where each recording has its folder. */
  readonly directory: string;
  /** What recordings leave free; 200 MB if left out. */
  readonly reserveBytes?: number;
  readonly freeBytes?: FreeBytes;
}

/** How much of a recording there is; `sizeBytes` is its journal's. */
type Captured = Pick<RecordingSummary, 'sizeBytes' | 'durationSeconds'>;

export const RESERVE_BYTES = 200e6;
const MIX_BYTES_PER_SECOND = (MIX_BITS_PER_SECOND.mp3 + MIX_BITS_PER_SECOND.webm) / 8;

/**
 * Sees to it that all recordings that run or wait for their finalizer can be finalised, and the disk
 * still has its reserve.
 */
export class DiskReserve {
  readonly #directory: string;
  readonly #reserveBytes: number;
  readonly #freeBytes: FreeBytes;
  readonly #claims = new Map<RecordingId, () => number | Promise<number>>();

  constructor({
    directory,
    reserveBytes = RESERVE_BYTES,
    freeBytes = askSystem,
  }: DiskReserveOptions) {
    this.#directory = directory;
    this.#reserveBytes = reserveBytes;
    this.#freeBytes = freeBytes;
  }

  /** Counts a recording that grows: it is asked with every check. */
  running(recordingId: RecordingId, captured: () => Captured): void {
    this.#claims.set(recordingId, () => finalizingBytes(captured()));
  }

  /**
   * Counts a recording that is to be finalised, less what a finalizer has made of it already.
   * @param captured what its journal can hold at most if left out
   */
  captured(recordingId: RecordingId, captured?: Captured): void {
    const folder = recordingFolder(this.#directory, recordingId);
    const bytes = finalizingBytes(captured ?? atMost(folder));
    this.#claims.set(recordingId, async () => bytes - (await madeBytes(folder)));
  }

  /** Counts a recording no longer: it is ready, or gone. */
  release(recordingId: RecordingId): void {
    this.#claims.delete(recordingId);
  }

  /** Bytes that have to be free at this moment. */
  async neededBytes(): Promise<number> {
    const claims = await Promise.all([...this.#claims.values()].map((bytes) => bytes()));
    return claims.reduce((sum, bytes) => sum + Math.max(0, bytes), this.#reserveBytes);
  }

  /** Rejects when fewer are free. */
  readonly check = async (): Promise<void> => {
    const free = await this.#freeBytes(this.#directory);
    if (free < (await this.neededBytes())) throw new Error('the disk is nearly full');
  };
}

async function askSystem(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/**
 * What finalising writes before the journal goes: the speakers' files, about as large as the journal,
 * and the mixes. Peaks and captions come out of the reserve.
 */
function finalizingBytes({ sizeBytes, durationSeconds }: Captured): number {
  return sizeBytes + durationSeconds * MIX_BYTES_PER_SECOND;
}

/** Of one that another run of the server left: its last part may be full. */
function atMost(folder: string): Captured {
  const durationSeconds = (journalParts(folder).length * PART_MS) / 1_000;
  return { sizeBytes: journalBytes(folder), durationSeconds };
}

/** Bytes of all files in a recording's folder but its journal. */
async function madeBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names
    .filter((name) => !PART_NAME.test(name))
    .map(async (name) => {
      // One that has just been removed takes nothing.
      const found = await stat(join(folder, name)).catch(() => null);
      return found?.isFile() ? found.size : 0;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
