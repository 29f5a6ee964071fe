import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  ManifestSchema,
  ProtocolError,
  RecordingIdSchema,
  type Manifest,
  type RecordingId,
  type RecordingSummary,
  type RoomId,
  type StopReason,
} from '#protocol';
import * as v from 'valibot';
import type {
  Clock,
  FoundRecording,
  Log,
  ObjectStore,
  Recorder,
  RecordingEvents,
  RecordingLibrary,
  RecordingNewsItem,
} from '../session/ports.ts';
import type { JournalRecording, JournalRecordingOptions } from './activeRecording.ts';
import { FOLDER_MODE } from './files.ts';
import { MANIFEST } from './finalizer.ts';
import { FinalizerQueue } from './finalizerQueue.ts';
import { isOwnedByAnother } from './journalOwner.ts';
import { manifestFiles } from './manifestFiles.ts';
import { RecordingShelf } from './recordingShelf.ts';
import { RoomRecorder } from './roomRecorder.ts';
import { readHeader } from './survey.ts';
import { isBuried } from './tombstone.ts';

export interface RecordingStoreOptions {
  /** Made if it is not there. For one machine: only there can be told who still writes a journal. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal?: JournalRecordingOptions['journal'];
  /** Recordings neither begin nor go on when less would be left on the disk. 200 MB if left out. */
  readonly reserveBytes?: number;
  /** Tells what is free there; a test's own disk. */
  readonly freeBytes?: (directory: string) => Promise<number>;
  /** Where files go when they are done; on this machine's disk when left out. */
  readonly objects?: ObjectStore | null;
  readonly news?: (item: RecordingNewsItem) => void;
}

/** How long journals may take to become safe at the end, and how long finalising may go on. */
const CLOSE_JOURNALS_MS = 1_500;
const CLOSE_FINALIZER_MS = 1_500;

/** All recordings of this server: those that run, those being finalised, those to play. */
export class RecordingStore implements RecordingLibrary {
  readonly recorder: Recorder;
  readonly #directory: string;
  readonly #log: Log;
  readonly #finalizer = new FinalizerQueue();
  readonly #summaries = new Map<RecordingId, () => RecordingSummary>();
  readonly #recorder: RoomRecorder;
  readonly #shelf: RecordingShelf;
  readonly #news: (item: RecordingNewsItem) => void;
  #unfinished: RecordingId[] = [];
  /** Still written by another process when last looked at. */
  #foreign: RecordingId[] = [];
  #closed: Promise<void> | null = null;

  private constructor(options: RecordingStoreOptions) {
    this.#directory = resolve(options.directory);
    this.#log = options.log;
    this.#news = options.news ?? (() => {});
    this.#shelf = new RecordingShelf({
      ...options,
      directory: this.#directory,
      objects: options.objects ?? null,
    });
    this.#recorder = new RoomRecorder({
      ...options,
      directory: this.#directory,
      began: (recording) => {
        const { recordingId, roomId, startedBy } = recording.header;
        this.#summaries.set(recordingId, () => recording.summary('recording'));
        this.#news({ event: 'recording.started', recordingId, roomId, startedBy });
      },
      captured: (recording, reason, events) => void this.#finalize(recording, reason, events),
    });
    this.recorder = this.#recorder;
  }

  /** @throws Error when the directory cannot be made or read */
  static async open(options: RecordingStoreOptions): Promise<RecordingStore> {
    const store = new RecordingStore(options);
    await mkdir(store.#directory, { recursive: true, mode: FOLDER_MODE });
    await store.#scan();
    return store;
  }

  get library(): RecordingLibrary {
    return this;
  }

  /**
   * Finalises what an earlier run of the server left behind. Resolves when all of it is done and
   * never rejects, so that nobody need wait for it.
   */
  async recover(): Promise<void> {
    // Who was dying when this server opened is dead by now.
    for (const recordingId of this.#foreign.splice(0)) this.#addUnfinished(recordingId);
    const left = this.#unfinished;
    this.#unfinished = [];
    await Promise.all(
      left.map(async (recordingId) => {
        this.#log.info({ recordingId }, 'recovering an interrupted recording');
        await this.#makeReady(recordingId, 'interrupted');
      }),
    );
  }

  /**
   * Stops what runs and waits until it is safe on disk; finalising goes on for a moment, the rest
   * is left to the next start. Takes 3 s at most. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async list(roomId: RoomId): Promise<RecordingSummary[]> {
    return [...this.#summaries.values()]
      .map((summary) => summary())
      .filter((summary) => summary.roomId === roomId)
      .sort((a, b) => b.startedAt - a.startedAt);
  }

  async get(roomId: RoomId, recordingId: RecordingId): Promise<FoundRecording | null> {
    const summary = this.#summaries.get(recordingId)?.();
    if (summary?.roomId !== roomId) return null;
    const manifest = summary.state === 'ready' ? await this.#readManifest(recordingId) : null;
    return { summary, manifest };
  }

  get openFile(): RecordingLibrary['openFile'] {
    return this.#shelf.openFile;
  }

  get openArchive(): RecordingLibrary['openArchive'] {
    return this.#shelf.openArchive;
  }

  readonly delete: RecordingLibrary['delete'] = async (roomId, recordingId, deletedBy) => {
    const known = this.#summaries.get(recordingId);
    const summary = known?.();
    if (!known || summary?.roomId !== roomId) return false;
    if (summary.state === 'recording' || summary.state === 'finalizing') {
      throw new ProtocolError('RECORDING_STATE', 'the recording is not done yet');
    }
    this.#summaries.delete(recordingId);
    try {
      await this.#shelf.delete(summary, deletedBy);
      return true;
    } catch (error) {
      this.#summaries.set(recordingId, known);
      this.#log.error({ recordingId, err: error }, 'recording could not be deleted');
      throw new ProtocolError('STORAGE_FAILED', 'the recording cannot be deleted');
    }
  };

  /** Deletes what ended before then (ms since 1970). Returns how many recordings that were. */
  async sweep(endedBefore: number): Promise<number> {
    await this.#shelf.eraseRemains();
    const old = [...this.#summaries.values()]
      .map((summary) => summary())
      .filter(({ state }) => state === 'ready' || state === 'failed')
      .filter(({ startedAt, durationSeconds: s }) => startedAt + s * 1_000 < endedBefore);
    let deleted = 0;
    for (const { roomId, recordingId } of old) {
      // One that could not be deleted is logged, and tried again by the next sweep.
      const gone = await this.delete(roomId, recordingId, { by: 'retention' }).catch(() => false);
      if (gone) deleted += 1;
    }
    return deleted;
  }

  async #close(): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, CLOSE_JOURNALS_MS);
    await Promise.race([this.#recorder.stopAll('serverStopping'), timeout.promise]);
    clearTimeout(timer);
    await this.#finalizer.close(CLOSE_FINALIZER_MS);
  }

  async #finalize(
    recording: JournalRecording,
    reason: StopReason,
    events: RecordingEvents,
  ): Promise<void> {
    const { recordingId } = recording.header;
    const summary = recording.summary('finalizing');
    this.#summaries.set(recordingId, () => summary);
    this.#news({ event: 'recording.stopped', recordingId, roomId: summary.roomId, reason });
    events.finalized(await this.#makeReady(recordingId, reason, events.progress));
  }

  async #makeReady(
    recordingId: RecordingId,
    reason: StopReason,
    tell: (fraction: number) => void = () => {},
  ): Promise<'ready' | 'failed'> {
    try {
      const job = { folder: this.#folder(recordingId), reasonIfUnknown: reason };
      await this.#finalizer.add(job, (progress) => {
        const known = this.#summaries.get(recordingId)?.();
        if (known) this.#summaries.set(recordingId, () => ({ ...known, progress }));
        tell(progress);
      });
      const manifest = await this.#readManifest(recordingId);
      if (manifest === null) throw new Error('the manifest is not there');
      this.#addReady(manifest);
      this.#news({ event: 'recording.ready', recordingId, roomId: manifest.roomId });
      return 'ready';
    } catch (error) {
      const known = this.#summaries.get(recordingId)?.();
      // A server that stops has only put it off.
      if (this.#closed === null) {
        this.#log.error({ recordingId, err: error }, 'recording could not be finalized');
        if (known) {
          this.#news({ event: 'recording.failed', recordingId, roomId: known.roomId });
        }
      }
      if (known) this.#summaries.set(recordingId, () => ({ ...known, state: 'failed' }));
      return 'failed';
    }
  }

  async #scan(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const id = v.safeParse(RecordingIdSchema, name);
      if (!id.success) continue;
      if (isBuried(this.#folder(id.output))) {
        await this.#shelf.erase(id.output);
        continue;
      }
      const manifest = await this.#readManifest(id.output);
      if (manifest !== null) this.#addReady(manifest);
      else this.#addUnfinished(id.output);
    }
  }

  #addUnfinished(recordingId: RecordingId): void {
    const header = readHeader(this.#folder(recordingId));
    if (header?.recordingId !== recordingId) {
      this.#log.warn({ recordingId }, 'folder holds neither a manifest nor a readable journal');
      return;
    }
    if (isOwnedByAnother(header.owner)) {
      this.#foreign.push(recordingId);
      return;
    }
    const { roomId, roomName, startedAt, startedBy } = header;
    const summary: RecordingSummary = {
      ...{ recordingId, roomId, roomName, startedAt, startedBy },
      state: 'finalizing',
      durationSeconds: 0,
      speakers: [],
      phraseCount: 0,
      progress: 0,
      sizeBytes: 0,
    };
    this.#summaries.set(recordingId, () => summary);
    this.#unfinished.push(recordingId);
  }

  #addReady(manifest: Manifest): void {
    const { recordingId, roomId, roomName, startedAt, startedBy, durationSeconds } = manifest;
    const summary: RecordingSummary = {
      ...{ recordingId, roomId, roomName, startedAt, startedBy, durationSeconds },
      state: 'ready',
      speakers: manifest.speakers.map(({ displayName }) => displayName),
      phraseCount: manifest.phrases.length,
      progress: 1,
      sizeBytes: manifestFiles(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
    this.#summaries.set(recordingId, () => summary);
  }

  /** Null when there is none that is sound and this recording's own. */
  async #readManifest(recordingId: RecordingId): Promise<Manifest | null> {
    try {
      const text = await readFile(join(this.#folder(recordingId), MANIFEST), 'utf8');
      const manifest = v.parse(ManifestSchema, JSON.parse(text));
      return manifest.recordingId === recordingId ? manifest : null;
    } catch {
      return null;
    }
  }

  #folder(recordingId: RecordingId): string {
    return join(this.#directory, v.parse(RecordingIdSchema, recordingId));
  }
}
