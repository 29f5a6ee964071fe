import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingIdSchema, type Manifest, type RecordingId } from '#protocol';
import * as v from 'valibot';
import type {
  ByteRange,
  Clock,
  DeletedBy,
  Log,
  ObjectStore,
  RecordingLibrary,
  StoredFile,
} from '../session/ports.ts';
import { KeyedQueue } from './keyedQueue.ts';
import { manifestFiles } from './manifestFiles.ts';
import { bury, eraseFiles, forgetObjects, hasObjectsLeft } from './tombstone.ts';

type Buried = Parameters<typeof bury>[1];

/** Keeps the files of recordings that are done: opens them, and erases them. */
export class RecordingShelf {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #objects: ObjectStore | null;
  /** Files of one recording are not copied and erased at the same time. */
  readonly #work = new KeyedQueue<RecordingId>();
  /** Deleted recordings of which something could not be erased yet. */
  readonly #remains = new Set<RecordingId>();

  constructor(options: { directory: string; clock: Clock; log: Log; objects: ObjectStore | null }) {
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#objects = options.objects;
  }

  readonly openFile: RecordingLibrary['openFile'] = async (manifest, path) => {
    // The path as the manifest has it, never as it was asked for.
    const file = manifestFiles(manifest).find((known) => known.path === path);
    if (file === undefined) return null;
    return { file, read: (range) => this.#read(manifest.recordingId, file.path, range) };
  };

  /** From here on the recording is not there; what it leaves is erased as far as that can be done. */
  async delete(recording: Buried, deletedBy: DeletedBy): Promise<void> {
    const { recordingId, roomId } = recording;
    const folder = this.#folder(recordingId);
    const deletedAt = Math.round(this.#clock.wallMs());
    await bury(folder, recording, { deletedBy, deletedAt, hasObjects: this.#objects !== null });
    this.#log.info({ recordingId, roomId, by: deletedBy.by }, 'recording deleted');
    await this.erase(recordingId);
  }

  /** Erases what a deleted recording left. Never rejects: what cannot be done now is done later. */
  async erase(recordingId: RecordingId): Promise<void> {
    const folder = this.#folder(recordingId);
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

  readonly openArchive: RecordingLibrary['openArchive'] = async () => {
    throw new Error('not yet');
  };

  #folder(recordingId: RecordingId): string {
    return join(this.#directory, v.parse(RecordingIdSchema, recordingId));
  }

  async #read(recordingId: RecordingId, path: string, range: ByteRange | null) {
    const local = await openLocal(join(this.#folder(recordingId), path));
    if (local) return local.createReadStream(range ?? {});
    return null;
  }
}

async function openLocal(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
