import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordingId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { decodeFile } from './support/ffmpeg.ts';
import { sinePackets } from './support/sound.ts';
import {
  addTrack,
  HandClock,
  openStudio,
  pathOf,
  RECORDING,
  ROOM,
  sayAll,
  scratch,
  silentLog,
} from './support/studio.ts';

const SECOND = sinePackets({ frequency: 440, packets: 50 });
const OTHER = 'recording-0002' as RecordingId;
const HOUR_MS = 3_600_000;
/** Bytes an hour of both mixes. */
const MIX_HOUR = 72e6;

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

  it('[DK3] has room for the mixes of all recordings that run, or one of them ends', async () => {
    const clock = new HandClock();
    let checks = 0;
    const freeBytes = async () => {
      checks += 1;
      return 6 * MIX_HOUR;
    };
    const studio = await openStudio({ clock, freeBytes, reserveBytes: MIX_HOUR });
    let failures = 0;
    const other = await studio.store.recorder.start({
      ...{ recordingId: OTHER, roomId: ROOM, roomName: 'Sala', startedBy: 'Beto' },
      events: { failed: () => failures++, progress() {}, finalized() {} },
    });
    const checkBoth = async () => {
      const before = checks;
      for (const recording of [studio.recording, other]) recording.marker('');
      await expect.poll(() => checks, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 2);
    };
    clock.nowMs += 2.4 * HOUR_MS;
    await checkBoth();
    // The second time, so that what the first came to is known.
    await checkBoth();
    expect(studio.failures() + failures).toBe(0);

    clock.nowMs += 0.2 * HOUR_MS;
    await checkBoth();
    await expect.poll(() => studio.failures() + failures, { timeout: 20_000 }).toBeGreaterThan(0);
  });

  it('[DK4] has room for those that wait for their finalizer, or takes no other', async () => {
    const left = await openStudio();
    const folder = join(left.directory, RECORDING);
    await expect.poll(() => readdir(folder), { timeout: 20_000 }).not.toEqual([]);
    const directory = await scratch();
    await cp(folder, join(directory, RECORDING), { recursive: true });

    const options = { directory, clock: left.clock, log: silentLog };
    const store = await RecordingStore.open({
      ...{ ...options, reserveBytes: MIX_HOUR },
      freeBytes: async () => 1.5 * MIX_HOUR,
    });
    onTestFinished(() => store.close());
    const start = () =>
      store.recorder.start({
        ...{ recordingId: OTHER, roomId: ROOM, roomName: 'Sala', startedBy: 'Beto' },
        events: { failed() {}, progress() {}, finalized() {} },
      });
    await expect(start()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await store.recover();
    await start();
  });
});
