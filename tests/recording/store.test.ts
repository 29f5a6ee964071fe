import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Manifest, RecordingId, RoomId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import {
  addTrack,
  finish,
  HandClock,
  openStudio,
  pathOf,
  peerId,
  phraseOf,
  RECORDING,
  ROOM,
  sayAll,
  scratch,
  silentLog,
  type Studio,
} from './support/studio.ts';
import { sinePackets } from './support/sound.ts';

const OTHER_ROOM = 'room-0002' as RoomId;
const SECOND = sinePackets({ frequency: 440, packets: 50 });

async function reopen(directory: string): Promise<RecordingStore> {
  const store = await RecordingStore.open({ directory, clock: new HandClock(), log: silentLog });
  onTestFinished(() => store.close());
  return store;
}

/** A recording of a second of one person and a phrase. */
async function record(studio: Studio): Promise<void> {
  const track = addTrack(studio.recording, 1);
  sayAll(studio.clock, track, SECOND);
  studio.recording.phrase(phraseOf('hola'));
}

const summaryOf = async (store: RecordingStore) => (await store.get(ROOM, RECORDING))?.summary;

describe('the recordings of a server', () => {
  it('[RL1] say what is being recorded while it is', async () => {
    const studio = await openStudio();
    await record(studio);
    expect(await studio.store.list(ROOM)).toMatchObject([
      {
        recordingId: RECORDING,
        state: 'recording',
        roomName: 'Sala',
        startedBy: 'Ana',
        durationSeconds: 1,
        speakers: ['Persona 1'],
        phraseCount: 1,
      },
    ]);
    expect((await studio.store.get(ROOM, RECORDING))?.manifest).toBeNull();
  });

  it('[RL2] are being finalised once stopped, and then ready, on disk alone', async () => {
    const studio = await openStudio();
    await record(studio);
    const stopped = studio.recording.stop('roomClosed');
    expect(studio.recording.stop('stopped')).toBe(stopped);
    await stopped;
    expect((await summaryOf(studio.store))?.state).toBe('finalizing');
    expect(await studio.finalized).toBe('ready');
    const folder = join(studio.directory, RECORDING);
    expect((await readdir(folder)).sort()).toEqual([
      ...['captions.json', 'captions.vtt', 'manifest.json', 'mix.mp3', 'mix.webm'],
      ...['peaks', 'player.html', 'speakers'],
    ]);

    const found = await (await reopen(studio.directory)).get(ROOM, RECORDING);
    expect(found).toEqual(await studio.store.get(ROOM, RECORDING));
    expect(found?.summary.state).toBe('ready');
    expect(found?.manifest?.stopReason).toBe('roomClosed');
  });

  it('[RL3] have files of the size and SHA-256 that the manifest says, for their owner only', async () => {
    const studio = await openStudio();
    await record(studio);
    await studio.recording.stop('stopped');
    await studio.finalized;
    const manifest = (await studio.store.get(ROOM, RECORDING))?.manifest;
    const files = [manifest?.captions, manifest?.speakers[0]?.file];
    for (const file of files) {
      const path = pathOf(studio, file?.path ?? '');
      const content = await readFile(path);
      expect(content.byteLength).toBe(file?.sizeBytes);
      expect(createHash('sha256').update(content).digest('hex')).toBe(file?.sha256);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }
    const folder = join(studio.directory, RECORDING);
    for (const path of [folder, join(folder, 'speakers')]) {
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    }
  });

  it('[RL4] answer another room, an unknown id and an unnamed file alike: not at all', async () => {
    const studio = await openStudio();
    await record(studio);
    await studio.recording.stop('stopped');
    await studio.finalized;
    const { store } = studio;
    expect(await store.list(OTHER_ROOM)).toEqual([]);
    expect(await store.get(OTHER_ROOM, RECORDING)).toBeNull();
    expect(await store.get(ROOM, 'recording-9999' as RecordingId)).toBeNull();
    const manifest = (await store.get(ROOM, RECORDING))?.manifest as Manifest;
    expect((await store.openFile(manifest, 'captions.vtt'))?.file).toEqual(manifest.captions);
    for (const path of [
      'manifest.json',
      '../secret',
      'speakers/../captions.vtt',
      `${studio.directory}/${RECORDING}/captions.vtt`,
      './captions.vtt',
      'captions.vtt\0',
      '',
    ]) {
      expect(await store.openFile(manifest, path)).toBeNull();
    }
    expect(await store.get(ROOM, '../../etc' as RecordingId)).toBeNull();
  });

  it('[RL5] refuse to begin over one that is there, and leave it alone', async () => {
    const studio = await openStudio();
    const events = { failed() {}, progress() {}, finalized() {} };
    const again = { recordingId: RECORDING, roomId: ROOM, roomName: '', startedBy: 'B', events };
    await expect(studio.store.recorder.start(again)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
    await record(studio);
    await studio.recording.stop('stopped');
    expect(await studio.finalized).toBe('ready');
  });

  it('[RL6] refuse to begin on a full disk, and leave nothing behind', async () => {
    const directory = await scratch();
    const journal = { createFile: () => open('/dev/full', 'w') };
    await expect(openStudio({ directory, journal })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('[RL7] end when the disk fails: told once, what was captured is there to play', async () => {
    let full = false;
    const createFile = async (path: string) => {
      const file = await open(path, 'wx');
      return {
        write: (buffer: Buffer, offset: number, length: number) =>
          full
            ? Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }))
            : file.write(buffer, offset, length),
        datasync: () => file.datasync(),
        close: () => file.close(),
      };
    };
    const studio = await openStudio({ journal: { createFile, limits: { queueBytes: 60_000 } } });
    await record(studio);
    await expect.poll(() => written(studio.directory), { timeout: 10_000 }).toBeGreaterThan(4_000);
    full = true;
    const track = addTrack(studio.recording, 2);
    sayAll(studio.clock, track, SECOND);
    expect(await studio.finalized).toBe('ready');
    await studio.recording.stop('stopped');
    expect(studio.failures()).toBe(1);
    const manifest = (await studio.store.get(ROOM, RECORDING))?.manifest;
    expect(manifest?.stopReason).toBe('storageFailed');
    expect(manifest?.speakers.map((speaker) => speaker.peerId)).toEqual([peerId(1)]);
  });

  it('[RL8] are closed with the server, safe on disk and made ready at the next start', async () => {
    const studio = await openStudio();
    await record(studio);
    // 1.5 s each for journals and finalizer, and a second more, as this process counts them.
    const enough = delay(1_500)
      .then(() => delay(1_500))
      .then(() => delay(1_000, 'late'));
    expect(await Promise.race([studio.store.close().then(() => 'closed'), enough])).toBe('closed');
    const store = await reopen(studio.directory);
    await store.recover();
    expect((await store.get(ROOM, RECORDING))?.manifest).toMatchObject({
      stopReason: 'serverStopping',
      durationSeconds: 1,
    });
  });

  it('[RL9] are finalised anew when a finalizer died half-way', async () => {
    const studio = await openStudio();
    await record(studio);
    await studio.recording.stop('stopped');
    await studio.finalized;
    const folder = join(studio.directory, RECORDING);
    const whole = await readFile(join(folder, 'manifest.json'));

    const again = await openStudio();
    await record(again);
    const other = join(again.directory, RECORDING);
    await mkdir(join(other, 'speakers'));
    await writeFile(join(other, 'speakers', `${peerId(1)}.ogg`), 'half');
    await writeFile(join(other, 'manifest.json.part'), '{');
    await writeFile(join(other, 'captions.vtt'), 'half');
    await again.recording.stop('stopped');
    expect(await again.finalized).toBe('ready');
    const manifest = JSON.parse(whole.toString());
    expect((await again.store.get(ROOM, RECORDING))?.manifest).toEqual(manifest);
  });

  it('[RL10] keep the journal when a part of it could not be read', async () => {
    const studio = await openStudio({ journal: { limits: { partMs: 500 } } });
    await record(studio);
    await expect.poll(() => written(studio.directory), { timeout: 10_000 }).toBeGreaterThan(4_000);
    await studio.recording.stop('stopped');
    await studio.finalized;
    const copy = await openStudio({ journal: { limits: { partMs: 500 } } });
    sayAll(copy.clock, addTrack(copy.recording, 1), SECOND);
    const path = join(copy.directory, RECORDING, 'journal-0000.cora');
    await expect
      .poll(() => existsSync(path.replace('0000', '0001')), { timeout: 10_000 })
      .toBe(true);
    const bytes = await readFile(path);
    bytes[bytes.length - 30]! ^= 1;
    await writeFile(path, bytes);
    await copy.recording.stop('stopped');
    expect(await copy.finalized).toBe('ready');
    const manifest = (await copy.store.get(ROOM, RECORDING))?.manifest;
    expect(manifest?.gaps).toMatchObject([{ reason: 'journalDamaged' }]);
    expect(manifest?.speakers[0]?.packets).toBe(49);
    expect(existsSync(path)).toBe(true);
    await (await reopen(copy.directory)).recover();
    expect(existsSync(path)).toBe(true);
  });

  it('[RL13] lose a journal at the next start that a crash left beside their manifest', async () => {
    const studio = await openStudio();
    await record(studio);
    await expect.poll(() => written(studio.directory), { timeout: 10_000 }).toBeGreaterThan(4_000);
    const path = pathOf(studio, 'journal-0000.cora');
    const journal = await readFile(path);
    const manifest = await finish(studio);
    await writeFile(path, journal);
    const store = await reopen(studio.directory);
    await store.recover();
    expect(existsSync(path)).toBe(false);
    expect((await store.get(ROOM, RECORDING))?.manifest).toEqual(manifest);
    expect(existsSync(pathOf(studio, 'mix.mp3'))).toBe(true);
  });

  it('[RL14] are made anew from the journal beside a manifest that cannot be read', async () => {
    const studio = await openStudio();
    await record(studio);
    await expect.poll(() => written(studio.directory), { timeout: 10_000 }).toBeGreaterThan(4_000);
    const path = pathOf(studio, 'journal-0000.cora');
    const journal = await readFile(path);
    const manifest = await finish(studio);
    await writeFile(path, journal);
    await writeFile(pathOf(studio, 'manifest.json'), '{"version":1');
    const store = await reopen(studio.directory);
    await store.recover();
    const { recordingId, speakers } = manifest;
    const found = await store.get(ROOM, RECORDING);
    // The journal was taken before it said why it ended.
    expect(found?.manifest).toMatchObject({ recordingId, stopReason: 'interrupted' });
    expect(found?.manifest?.speakers[0]?.packets).toBe(speakers[0]?.packets);
  });

  it('[RL11] are only what the server named: other folders and files are passed over', async () => {
    const directory = await scratch();
    await mkdir(join(directory, 'not a recording'));
    await mkdir(join(directory, 'empty-folder'));
    await writeFile(join(directory, 'a-file-0001'), 'x');
    await mkdir(join(directory, 'broken-manifest'));
    await writeFile(join(directory, 'broken-manifest', 'manifest.json'), '{"version":1}');
    const store = await reopen(directory);
    await store.recover();
    expect(await store.list(ROOM)).toEqual([]);
    expect((await readdir(directory)).length).toBe(4);
  });

  it('[RL12] come newest first', async () => {
    const studio = await openStudio();
    for (const id of ['recording-0002', 'recording-0003']) {
      studio.clock.nowMs += 1_000;
      await studio.store.recorder.start({
        recordingId: id as RecordingId,
        roomId: ROOM,
        roomName: 'Sala',
        startedBy: 'Ana',
        events: { failed() {}, progress() {}, finalized() {} },
      });
    }
    const listed = await studio.store.list(ROOM);
    expect(listed.map(({ recordingId }) => recordingId.at(-1))).toEqual(['3', '2', '1']);
  });
});

/** Bytes of journal on disk. */
async function written(directory: string): Promise<number> {
  const folder = join(directory, RECORDING);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cora'));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
