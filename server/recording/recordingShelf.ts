import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError, type Manifest, type RecordingId } from '#protocol';
import type {
  ByteRange,
  ByteStream,
  Clock,
  DeletedBy,
  Log,
  ObjectStore,
  RecordingLibrary,
} from '../session/ports.ts';
import { openArchive } from './archive.ts';
import { Errands } from './errands.ts';
import { recordingFolder } from './folderContent.ts';
import { manifestFiles } from './manifestFiles.ts';
import { RecordingObjects } from './recordingObjects.ts';
import { bury, eraseFiles, hasObjects } from './tombstone.ts';

type Buried = Parameters<typeof bury>[1];

/**
 * Keeps the files of recordings that are done, in their folders or, where there is one, in the
 * object store: opens them, moves them, erases them.
 */
export class RecordingShelf {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #objects: RecordingObjects | null;
  /** One after another, so that no file of a recording is sent while they are erased. */
  readonly #errands: Errands;
  /** Deleted recordings of which something on this disk could not be erased yet. */
  readonly #remains = new Set<RecordingId>();

  constructor(options: { directory: string; clock: Clock; log: Log; objects: ObjectStore | null }) {
    const { directory, clock, log, objects } = options;
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
    this.#objects = objects && new RecordingObjects({ objects, log });
    this.#errands = new Errands({ clock, log });
  }

  readonly openFile: RecordingLibrary['openFile'] = async (manifest, path) => {
    // The path as the manifest has it, never as it was asked for.
    const file = manifestFiles(manifest).find((known) => known.path === path);
    if (file === undefined) return null;
    return { file, read: (range) => this.#read(manifest.recordingId, file.path, range) };
  };

  readonly openArchive: RecordingLibrary['openArchive'] = async (manifest) =>
    openArchive(manifest, async ({ path }) => {
      const content = await this.#read(manifest.recordingId, path, null);
      if (content === null) throw new Error(`${path} is gone`);
      return content;
    });

  /** Moves what is on this disk of a recording that is ready to the object store, in its time. */
  keep(manifest: Manifest): void {
    const { recordingId } = manifest;
    const objects = this.#objects;
    if (objects === null) return;
    const recording = { recordingId, folder: this.#folder(recordingId) };
    const files = manifestFiles(manifest);
    this.#errands.add(recordingId, (signal) => objects.move({ ...recording, files }, signal));
  }

  /** From here on the recording is not there; what it leaves is erased as far as that can be done. */
  async delete(recording: Buried, deletedBy: DeletedBy): Promise<void> {
    const { recordingId, roomId } = recording;
    const deletedAt = Math.round(this.#clock.wallMs());
    await bury(this.#folder(recordingId), recording, { deletedBy, deletedAt });
    this.#log.info({ recordingId, roomId, by: deletedBy.by }, 'recording deleted');
    await this.erase(recordingId);
  }

  /**
   * Erases what a deleted recording left. Resolves when that is done on this disk; the object store
   * follows. Never rejects: what cannot be done now is done later.
   */
  async erase(recordingId: RecordingId): Promise<void> {
    const folder = this.#folder(recordingId);
    const objects = this.#objects;
    if (objects) this.#errands.add(recordingId, () => objects.erase(recordingId, folder));
    else if (hasObjects(folder)) {
      this.#log.warn({ recordingId }, 'deleted recording has objects, and no object store is set');
    }
    try {
      await eraseFiles(folder);
      this.#remains.delete(recordingId);
    } catch (error) {
      this.#remains.add(recordingId);
      this.#log.error({ recordingId, err: error }, 'files of a deleted recording remain');
    }
  }

  async eraseRemains(): Promise<void> {
    for (const recordingId of [...this.#remains]) await this.erase(recordingId);
  }

  /** Leaves to the next start what is not moved or erased yet. Idempotent. */
  close(): void {
    this.#errands.close();
  }

  #folder(recordingId: RecordingId): string {
    return recordingFolder(this.#directory, recordingId);
  }

  /** @throws ProtocolError STORAGE_FAILED when the object store cannot be asked */
  async #read(
    recordingId: RecordingId,
    path: string,
    range: ByteRange | null,
  ): Promise<ByteStream | null> {
    const local = await openLocal(join(this.#folder(recordingId), path));
    if (local) return local.createReadStream(range ?? {});
    try {
      return (await this.#objects?.read(recordingId, path, range)) ?? null;
    } catch (error) {
      this.#log.error(
        { recordingId, err: error },
        'recording cannot be read from its object store',
      );
      throw new ProtocolError('STORAGE_FAILED', 'the object store does not answer');
    }
  }
}

async function openLocal(path: string) {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
