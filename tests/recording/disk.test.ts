import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeFile } from './support/ffmpeg.ts';
import {
  addTrack,
  openStudio,
  pathOf,
  RECORDING,
  ROOM,
  sayAll,
  scratch,
} from './support/studio.ts';
import { sinePackets } from './support/sound.ts';

const SECOND = sinePackets({ frequency: 440, packets: 50 });

/** A 20 MB file system where the system lets us mount one, else a disk that is said to be so large. */
async function smallDisk(): Promise<{
  directory: string;
  fill: (bytes: number) => Promise<void>;
  freeBytes?: () => Promise<number>;
}> {
  const directory = await scratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', directory], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('umount', ['-l', directory]));
    return { directory, fill: (bytes) => writeFile(join(directory, 'other'), randomBytes(bytes)) };
  } catch {
    let free = 20e6;
    const fill = async (bytes: number) => void (free -= bytes);
    return { directory, fill, freeBytes: async () => free };
  }
}

describe('a disk that is nearly full', () => {
  it('[DK1] takes no recording when less than the reserve is left', async () => {
    const { fill, ...disk } = await smallDisk();
    await fill(12e6);
    const opening = openStudio({ ...disk, reserveBytes: 10e6 });
    await expect(opening).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await readdir(disk.directory)).not.toContain(RECORDING);
  });

  it('[DK2] ends a recording in time: told within 3 s, and its files are whole', async () => {
    const { fill, ...disk } = await smallDisk();
    const studio = await openStudio({ ...disk, reserveBytes: 5e6 });
    sayAll(studio.clock, addTrack(studio.recording, 1), SECOND);
    await fill(16e6);
    await expect.poll(studio.failures, { timeout: 3_000 }).toBe(1);
    expect(await studio.finalized).toBe('ready');
    const manifest = (await studio.store.get(ROOM, RECORDING))?.manifest;
    expect(manifest?.stopReason).toBe('storageFailed');
    // It ends at the last arrival, where the last packet would begin.
    expect(manifest?.speakers[0]?.packets).toBeGreaterThanOrEqual(49);
    expect((await decodeFile(pathOf(studio, 'mix.mp3'))).length).toBeGreaterThan(40_000);
  });
});
