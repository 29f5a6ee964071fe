import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RecordingId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { decodeFile } from './support/ffmpeg.ts';
import { noisePackets, sinePackets } from './support/sound.ts';
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
/** Bytes of a journal that go with each packet: the record's own, and RTP's header. */
const AROUND_PACKET = 21 + 12;
/** Bytes that neither a track nor a mix of 20 s of noise has. */
const FILES_TOO_LARGE = 60_000;
/** Bytes an hour of both mixes. */
const MIX_HOUR = 72e6;

const OTHER_FILE = 'other';

/** Whether there is a file system of 20 MB in that folder now: the system may not let us mount one. */
function mount(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', directory], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('umount', ['-l', directory]));
    return true;
  } catch {
    return false;
  }
}

const fillBy = (directory: string, bytes: number) =>
  writeFile(join(directory, OTHER_FILE), randomBytes(bytes));

/** A 20 MB file system, or else a disk that is said to be so large. */
async function smallDisk(): Promise<{
  directory: string;
  fill: (bytes: number) => Promise<void>;
  freeBytes?: () => Promise<number>;
}> {
  const directory = await scratch();
  if (mount(directory)) return { directory, fill: (bytes) => fillBy(directory, bytes) };
  let free = 20e6;
  const fill = async (bytes: number) => void (free -= bytes);
  return { directory, fill, freeBytes: async () => free };
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

  it('[DK5] fails a recording whose files do not fit, keeps its journal, and makes it ready once they do', async ({
    skip,
  }) => {
    const directory = await scratch();
    if (!mount(directory)) return skip('no file system can be mounted here');
    const studio = await openStudio({ directory, freeBytes: async () => Infinity });
    const [seconds, packets] = [20, noisePackets({ seed: 1, packets: 1_000 })];
    sayAll(studio.clock, addTrack(studio.recording, 1), packets);
    const journal = pathOf(studio, 'journal-0000.cora');
    const size = async () => (await stat(journal)).size;
    const captured = packets.reduce((sum, { length }) => sum + length + AROUND_PACKET, 0);
    await expect.poll(size, { timeout: 10_000 }).toBeGreaterThan(captured);
    const { bavail, bsize } = await statfs(directory);
    await fillBy(directory, bavail * bsize - FILES_TOO_LARGE);
    await studio.recording.stop('stopped');
    expect(await studio.finalized).toBe('failed');
    expect((await studio.store.get(ROOM, RECORDING))?.summary.state).toBe('failed');
    expect(await readdir(join(directory, RECORDING))).toEqual(['journal-0000.cora']);

    // Room for the track, and then not for the mix: nor is it kept half.
    for (const [room, state] of [
      [(await size()) + FILES_TOO_LARGE, 'failed'],
      [10e6, 'ready'],
    ] as const) {
      await rm(join(directory, OTHER_FILE));
      const free = await statfs(directory);
      await fillBy(directory, free.bavail * free.bsize - room);
      const store = await RecordingStore.open({ directory, clock: studio.clock, log: silentLog });
      onTestFinished(() => store.close());
      await store.recover();
      expect((await store.get(ROOM, RECORDING))?.summary.state).toBe(state);
      const names = await readdir(join(directory, RECORDING));
      expect(names.includes('journal-0000.cora')).toBe(state === 'failed');
      expect(names.includes('mix.mp3')).toBe(state === 'ready');
      const found = await store.get(ROOM, RECORDING);
      if (state === 'ready') expect(found?.manifest?.durationSeconds).toBe(seconds);
    }
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
