import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordingFile, RecordingId } from '#protocol';
import type { ByteRange, ByteStream, Log, ObjectStore } from '../session/ports.ts';
import { expectObjects, forgetObjects, hasObjects } from './tombstone.ts';

/** Recordings' files in the object store, each under its recording's id and its path there. */
export class RecordingObjects {
  readonly #objects: ObjectStore;
  readonly #log: Log;

  constructor(options: { objects: ObjectStore; log: Log }) {
    this.#objects = options.objects;
    this.#log = options.log;
  }

  /** Null when there is no such object. Rejects when the store cannot be asked. */
  read(id: RecordingId, path: string, range: ByteRange | null): Promise<ByteStream | null> {
    return this.#objects.read(keyOf(id, path), range);
  }

  /**
   * Moves those of a recording's files that are still in its folder. A local copy goes only when
   * what the store gives back has the SHA-256 of the manifest: the stores that speak S3 agree on no
   * checksum of a whole object (those of Amazon's own are of parts, and optional elsewhere), and
   * what can be read is what counts. Safe to repeat; a file that got there earlier is not sent again.
   */
  async move(
    recording: { recordingId: RecordingId; folder: string; files: readonly RecordingFile[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { recordingId, folder } = recording;
    const files = recording.files.filter(({ path }) => existsSync(join(folder, path)));
    if (files.length === 0) return;
    // Before the first byte goes out: whoever deletes the recording must know where to look.
    await expectObjects(folder);
    let sizeBytes = 0;
    for (const file of files) {
      signal.throwIfAborted();
      const localPath = join(folder, file.path);
      if ((await sha256Of(createReadStream(localPath))) !== file.sha256) {
        const facts = { recordingId, path: file.path };
        this.#log.error(facts, 'file differs from its manifest and stays on this disk');
        continue;
      }
      await this.#deliver(keyOf(recordingId, file.path), { file, localPath, signal });
      signal.throwIfAborted();
      await rm(localPath);
      sizeBytes += file.sizeBytes;
    }
    for (const path of new Set(files.map((file) => dirname(file.path)))) {
      // One that still holds something stays, and so does the recording's own.
      if (path !== '.') await rmdir(join(folder, path)).catch(() => {});
    }
    this.#log.info({ recordingId, sizeBytes }, 'recording moved to the object store');
  }

  /** Erases all that a deleted recording has there. Safe to repeat. */
  async erase(recordingId: RecordingId, folder: string): Promise<void> {
    if (!hasObjects(folder)) return;
    await this.#objects.removeAll(keyOf(recordingId, ''));
    await forgetObjects(folder);
    this.#log.info({ recordingId }, 'recording erased from the object store');
  }

  async #deliver(
    key: string,
    { file, ...local }: { file: RecordingFile; localPath: string; signal: AbortSignal },
  ): Promise<void> {
    if (await this.#holds(key, file)) return;
    await this.#objects.put(key, { ...local, mimeType: file.mimeType });
    if (!(await this.#holds(key, file))) {
      throw new Error(`the object store gives back something else than ${key}`);
    }
  }

  async #holds(key: string, file: RecordingFile): Promise<boolean> {
    const object = await this.#objects.read(key, null);
    return object !== null && (await sha256Of(object)) === file.sha256;
  }
}

/** The slash keeps apart recordings of which one's id begins with another's. */
function keyOf(recordingId: RecordingId, path: string): string {
  return `${recordingId}/${path}`;
}

async function sha256Of(bytes: AsyncIterable<string | Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
