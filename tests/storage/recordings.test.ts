import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { manifestFiles } from '#server/recording/manifestFiles.ts';
import { S3ObjectStore } from '#server/storage/s3ObjectStore.ts';
import {
  addTrack,
  finish,
  openStudio,
  RECORDING,
  ROOM,
  sayAll,
  scratch,
} from '#tests/recording/support/studio.ts';
import { sinePackets } from '#tests/recording/support/sound.ts';
import { badLine } from './support/badLine.ts';
import { beginUpload, keysIn, objectServer, uploadsIn } from './support/objectServer.ts';
import { keysOf, recordedOnce, type Shelf } from './support/shelf.ts';

const run = promisify(execFile);
const server = objectServer();
const recorded = recordedOnce();

// The machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE = { timeout: 30_000 };

const MOVED = ['manifest.json', 'objects'];
const BURIED = { by: 'moderator', name: 'Ana' } as const;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function newStore() {
  const options = await server.newBucket();
  return { options, objects: new S3ObjectStore(options) };
}

const moved = (shelf: Shelf) => expect.poll(() => shelf.local(), PATIENCE).toEqual(MOVED);
const failedOnce = (shelf: Shelf) => expect.poll(() => shelf.clock.isWaiting, PATIENCE).toBe(true);

async function read(
  shelf: Shelf,
  path: string,
  range: { start: number; end: number } | null = null,
) {
  const found = await shelf.store.openFile(shelf.manifest, path);
  const content = await found?.read(range);
  if (!content) throw new Error(`${path} is not there`);
  return buffer(content);
}

/** The server is away for as long as this test wants. */
async function takeAway(): Promise<void> {
  await server.stop();
  onTestFinished(async () => {
    await server.stop();
    await server.start();
  });
}

describe('recordings in an object store', () => {
  it('[OB20] go there when they are ready; only what tells of them stays', async () => {
    const { options, objects } = await newStore();
    const studio = await openStudio({ objects });
    sayAll(
      studio.clock,
      addTrack(studio.recording, 1),
      sinePackets({ frequency: 440, packets: 50 }),
    );
    const manifest = await finish(studio);
    await expect.poll(() => keysIn(options), PATIENCE).toEqual(keysOf(manifest));
    const folder = join(studio.directory, RECORDING);
    await expect.poll(() => readdir(folder), PATIENCE).toEqual(MOVED);
    expect(await studio.store.list(ROOM)).toMatchObject([{ state: 'ready', durationSeconds: 1 }]);
  });

  it('[OB21] are played from there: whole, in part and as one ZIP', async () => {
    const { objects } = await newStore();
    const shelf = await recorded(objects);
    await moved(shelf);
    for (const file of manifestFiles(shelf.manifest)) {
      expect(sha256(await read(shelf, file.path))).toBe(file.sha256);
    }
    const whole = await read(shelf, 'mix.mp3');
    expect(await read(shelf, 'mix.mp3', { start: 100, end: 299 })).toEqual(
      whole.subarray(100, 300),
    );

    const path = join(await scratch(), 'all.zip');
    await pipeline(await shelf.store.openArchive(shelf.manifest), createWriteStream(path));
    const program =
      'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(len(z.infolist()))';
    const { stdout } = await run('python3', ['-c', program, path]);
    expect(Number(stdout)).toBe(manifestFiles(shelf.manifest).length + 1);
  });

  it('[OB22] stay while the store is away, and go when it is back', async () => {
    const { options, objects } = await newStore();
    await takeAway();
    const shelf = await recorded(objects);
    for (const failures of [1, 2, 3]) {
      await failedOnce(shelf);
      expect(shelf.clock.pauses).toHaveLength(failures);
      shelf.clock.ring();
    }
    await failedOnce(shelf);
    expect(shelf.clock.pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(await shelf.files()).toEqual(
      manifestFiles(shelf.manifest)
        .map(({ path }) => path)
        .sort(),
    );
    expect((await read(shelf, 'captions.vtt')).toString()).toContain('hola');
    expect(shelf.log.count('will be tried again')).toBe(1);

    await server.start();
    shelf.clock.ring();
    await moved(shelf);
    expect(await keysIn(options)).toEqual(keysOf(shelf.manifest));
  });

  it('[OB23] go on where they were when the server starts again', async () => {
    const { options, objects } = await newStore();
    await takeAway();
    const shelf = await recorded(objects);
    await failedOnce(shelf);
    const unplugged = await shelf.restart(null);
    expect((await read(unplugged, 'captions.vtt')).toString()).toContain('hola');
    await server.start();
    const again = await unplugged.restart(objects);
    await moved(again);
    expect(await keysIn(options)).toEqual(keysOf(shelf.manifest));
    // Nothing is left to do, nor to ask the store for.
    await server.stop();
    const quiet = await again.restart(objects);
    await quiet.store.recover();
    expect(quiet.log.lines).toEqual([]);
  });

  it('[OB24] keep each local copy until what the store gives back has the same checksum', async () => {
    const options = await server.newBucket();
    const line = await badLine(server.endpoint);
    line.fault = 'flip';
    const objects = new S3ObjectStore({ ...options, endpoint: line.endpoint });
    const shelf = await recorded(objects);
    await failedOnce(shelf);
    expect(await shelf.files()).toEqual(
      manifestFiles(shelf.manifest)
        .map(({ path }) => path)
        .sort(),
    );
    line.fault = 'none';
    shelf.clock.ring();
    await moved(shelf);
    expect(sha256(await read(shelf, 'mix.webm'))).toBe(shelf.manifest.mix?.webm.sha256);
  });

  it.each(['stall', 'cut'] as const)('[OB25] stay when the line goes: %s', async (fault) => {
    const options = await server.newBucket();
    const line = await badLine(server.endpoint);
    line.fault = fault;
    const objects = new S3ObjectStore({ ...options, endpoint: line.endpoint, timeoutMs: 1_500 });
    const shelf = await recorded(objects);
    await failedOnce(shelf);
    expect(await shelf.local()).toContain('mix.mp3');
    line.fault = 'none';
    shelf.clock.ring();
    await moved(shelf);
    // Who reads them then is told by the stream, and not left waiting.
    line.fault = fault;
    await expect(read(shelf, 'mix.mp3')).rejects.toThrow();
    const archive = await shelf.store.openArchive(shelf.manifest);
    await expect(pipeline(archive, createWriteStream('/dev/null'))).rejects.toThrow();
  });

  it('[OB26] of which a file is damaged on the disk keep that one here, and send the others', async () => {
    const { options, objects } = await newStore();
    const shelf = await recorded(null);
    const path = join(shelf.directory, RECORDING, 'mix.mp3');
    const content = await readFile(path);
    content[1_000]! ^= 1;
    await writeFile(path, content);
    const again = await shelf.restart(objects);
    await expect.poll(() => again.local(), PATIENCE).toEqual([...MOVED, 'mix.mp3'].sort());
    await expect.poll(() => again.log.count('moved'), PATIENCE).toBe(1);
    expect(await keysIn(options)).toEqual(
      keysOf(shelf.manifest).filter((key) => !key.endsWith('mix.mp3')),
    );
    expect(again.log.count('differs from its manifest')).toBe(1);
    expect(again.clock.isWaiting).toBe(false);
  });

  it('[OB27] cannot be played while the store is away, which is not said to be their end', async () => {
    const { objects } = await newStore();
    const shelf = await recorded(objects);
    await moved(shelf);
    await takeAway();
    await expect(read(shelf, 'mix.mp3')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const archive = await shelf.store.openArchive(shelf.manifest);
    await expect(pipeline(archive, createWriteStream('/dev/null'))).rejects.toThrow();
  });

  it('[OB28] are deleted there too, with uploads left half-way; a tombstone stays', async () => {
    const { options, objects } = await newStore();
    const shelf = await recorded(objects);
    await moved(shelf);
    await beginUpload(options, `cora/${RECORDING}/mix.mp3`);
    expect(await shelf.store.delete(ROOM, RECORDING, BURIED)).toBe(true);
    expect(await shelf.store.get(ROOM, RECORDING)).toBeNull();
    await expect.poll(() => shelf.local(), PATIENCE).toEqual(['tombstone.json']);
    expect(await keysIn(options)).toEqual([]);
    expect(await uploadsIn(options)).toEqual([]);
  });

  it('[OB29] that are deleted on their way leave nothing on either side', async () => {
    const { options, objects } = await newStore();
    const shelf = await recorded(objects);
    await expect.poll(() => keysIn(options), { ...PATIENCE, interval: 1 }).not.toEqual([]);
    await shelf.store.delete(ROOM, RECORDING, BURIED);
    await expect.poll(() => shelf.local(), PATIENCE).toEqual(['tombstone.json']);
    expect(await keysIn(options)).toEqual([]);
  });

  it('[OB30] deleted while the store is away are gone at once, and erased there when it is back', async () => {
    const { options, objects } = await newStore();
    const shelf = await recorded(objects);
    await moved(shelf);
    await takeAway();
    await shelf.store.delete(ROOM, RECORDING, BURIED);
    expect(await shelf.store.list(ROOM)).toEqual([]);
    await failedOnce(shelf);
    expect(await shelf.local()).toEqual(['objects', 'tombstone.json']);

    // Through a start without the store, which cannot reach them, to one with it.
    const unplugged = await shelf.restart(null);
    expect(unplugged.log.count('no object store is set')).toBe(1);
    await server.start();
    expect(await keysIn(options)).toEqual(keysOf(shelf.manifest));
    const again = await unplugged.restart(objects);
    await expect.poll(() => again.local(), PATIENCE).toEqual(['tombstone.json']);
    expect(await keysIn(options)).toEqual([]);
  });
});
