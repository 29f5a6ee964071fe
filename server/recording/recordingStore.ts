import { access, constants, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  ProtocolError,
  type RecordingId,
  type RecordingSummary,
  type RoomId,
  type StopReason,
} from '#protocol';
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
import type { JournalRecording } from './activeRecording.ts';
import { DiskReserve, type DiskReserveOptions } from './diskReserve.ts';
import { FOLDER_MODE } from './files.ts';
import { FinalizerQueue } from './finalizerQueue.ts';
import {
  inspectFolder,
  lastWrittenMs,
  recordingFolder,
  recordingFolders,
} from './folderContent.ts';
import { readManifest } from './manifestFiles.ts';
import { RecordingIndex } from './recordingIndex.ts';
import { RecordingShelf } from './recordingShelf.ts';
import { RoomRecorder, type RoomRecorderOptions } from './roomRecorder.ts';

export interface RecordingStoreOptions
  extends Pick<RoomRecorderOptions, 'clock' | 'log' | 'journal'>, DiskReserveOptions {
  /** Made if it is not there. For one machine: only there can be told who still writes a journal. */
  readonly directory: string;
  /** Where files go when they are done; on this machine's disk when left out. */
  readonly objects?: ObjectStore | null;
  readonly news?: (item: RecordingNewsItem) => void;
}

/** How long journals may take to become safe at the end, and all of it where nothing else is said. */
const CLOSE_JOURNALS_MS = 1_500;
const CLOSE_MS = 3_000;
/** How often is looked whether another process is done with what it writes. */
const LOOK_AGAIN_MS = 60_000;

/** All recordings of this server: those that run, those being finalised, those to play. */
export class RecordingStore implements RecordingLibrary {
  readonly recorder: Recorder;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #reserve: DiskReserve;
  readonly #finalizer: FinalizerQueue;
  readonly #index = new RecordingIndex();
  readonly #recorder: RoomRecorder;
  readonly #shelf: RecordingShelf;
  readonly #news: (item: RecordingNewsItem) => void;
  readonly #unfinished: RecordingId[] = [];
  /** Still written by another process when last looked at. */
  readonly #foreign: RecordingId[] = [];
  /** Neither to be played nor to be made ready: kept as long as a recording, for whoever can read it. */
  readonly #ruins = new Set<RecordingId>();
  /** Ready, with a journal beside that may be of no more use. */
  readonly #withJournal: RecordingId[] = [];
  #cancelLook: () => void = () => {};
  #closed: Promise<void> | null = null;

  private constructor(options: RecordingStoreOptions) {
    this.#directory = resolve(options.directory);
    this.#clock = options.clock;
    this.#log = options.log;
    this.#news = options.news ?? (() => {});
    this.#reserve = new DiskReserve({ ...options, directory: this.#directory });
    this.#finalizer = new FinalizerQueue(() => this.#reserve.neededBytes());
    this.#shelf = new RecordingShelf({
      ...options,
      directory: this.#directory,
      objects: options.objects ?? null,
    });
    this.#recorder = new RoomRecorder({
      ...options,
      directory: this.#directory,
      reserve: this.#reserve,
      began: (recording) => {
        const { recordingId, roomId, startedBy } = recording.header;
        const summary = () => recording.summary('recording');
        this.#index.follow(recordingId, summary);
        this.#reserve.running(recordingId, summary);
        this.#news({ event: 'recording.started', recordingId, roomId, startedBy });
      },
      captured: (recording, reason, events) => void this.#finalize(recording, reason, events),
    });
    this.recorder = this.#recorder;
  }

  /** @throws Error when the directory cannot be made, read or written */
  static async open(options: RecordingStoreOptions): Promise<RecordingStore> {
    const store = new RecordingStore(options);
    await mkdir(store.#directory, { recursive: true, mode: FOLDER_MODE });
    await access(store.#directory, constants.W_OK);
    for (const recordingId of await recordingFolders(store.#directory)) {
      await store.#take(recordingId);
    }
    return store;
  }

  /**
   * Finalises what an earlier run of the server left behind, and what another process still writes
   * once that is gone. Resolves when all of it is done and
   * never rejects, so that nobody need wait for it.
   */
  async recover(): Promise<void> {
    // Who was dying when this server opened is dead by now, and who lives may be later.
    for (const recordingId of this.#foreign.splice(0)) await this.#take(recordingId);
    await Promise.all(
      this.#unfinished.splice(0).map(async (recordingId) => {
        this.#log.info({ recordingId }, 'recovering an interrupted recording');
        await this.#makeReady(recordingId, 'interrupted');
      }),
    );
    for (const recordingId of this.#withJournal.splice(0)) {
      // The finalizer finds nothing to do but to delete a journal that it can read whole.
      const job = { folder: this.#folder(recordingId), reasonIfUnknown: 'interrupted' as const };
      await this.#finalizer.add(job).catch((error: unknown) => {
        this.#log.warn({ recordingId, err: error }, 'journal of a ready recording stays');
      });
    }
    if (this.#foreign.length === 0 || this.#closed) return;
    this.#cancelLook = this.#clock.after(LOOK_AGAIN_MS, () => void this.recover());
  }

  /**
   * Stops what runs and waits until it is safe on disk, for 1.5 s at most. Finalising goes on until
   * `withinMs` have passed, the rest is left to the next start. Idempotent.
   */
  close(withinMs = CLOSE_MS): Promise<void> {
    this.#closed ??= this.#close(this.#clock.monotonicMs() + withinMs);
    return this.#closed;
  }

  async list(roomId: RoomId): Promise<RecordingSummary[]> {
    return this.#index.inRoom(roomId);
  }

  async get(roomId: RoomId, recordingId: RecordingId): Promise<FoundRecording | null> {
    const summary = this.#index.find(recordingId);
    if (summary?.roomId !== roomId) return null;
    const isReady = summary.state === 'ready';
    const manifest = isReady ? await readManifest(this.#folder(recordingId), recordingId) : null;
    return { summary, manifest };
  }

  get openFile(): RecordingLibrary['openFile'] {
    return this.#shelf.openFile;
  }

  get openArchive(): RecordingLibrary['openArchive'] {
    return this.#shelf.openArchive;
  }

  readonly delete: RecordingLibrary['delete'] = async (roomId, recordingId, deletedBy) => {
    const summary = this.#index.find(recordingId);
    if (summary?.roomId !== roomId) return false;
    if (summary.state === 'recording' || summary.state === 'finalizing') {
      throw new ProtocolError('RECORDING_STATE', 'the recording is not done yet');
    }
    this.#index.remove(recordingId);
    try {
      await this.#shelf.delete(summary, deletedBy);
      this.#reserve.release(recordingId);
      return true;
    } catch (error) {
      this.#index.set(summary);
      this.#log.error({ recordingId, err: error }, 'recording could not be deleted');
      throw new ProtocolError('STORAGE_FAILED', 'the recording cannot be deleted');
    }
  };

  /** Deletes what ended before then (ms since 1970). Returns how many recordings that were. */
  async sweep(endedBefore: number): Promise<number> {
    await this.#shelf.eraseRemains();
    let deleted = 0;
    for (const { roomId, recordingId } of this.#index.endedBefore(endedBefore)) {
      // One that could not be deleted is logged, and tried again by the next sweep.
      const gone = await this.delete(roomId, recordingId, { by: 'retention' }).catch(() => false);
      if (gone) deleted += 1;
    }
    for (const recordingId of this.#ruins) {
      const folder = this.#folder(recordingId);
      // One that another process was just beginning when it was looked at is none.
      if ((await inspectFolder(folder, recordingId)).state !== 'ruin') continue;
      if ((await lastWrittenMs(folder).catch(() => Infinity)) >= endedBefore) continue;
      this.#ruins.delete(recordingId);
      await this.#shelf.erase(recordingId);
      deleted += 1;
    }
    return deleted;
  }

  async #close(untilMs: number): Promise<void> {
    this.#cancelLook();
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, CLOSE_JOURNALS_MS);
    await Promise.race([this.#recorder.stopAll('serverStopping'), timeout.promise]);
    clearTimeout(timer);
    await this.#finalizer.close(Math.max(0, untilMs - this.#clock.monotonicMs()));
    this.#shelf.close();
  }

  async #finalize(
    recording: JournalRecording,
    reason: StopReason,
    events: RecordingEvents,
  ): Promise<void> {
    const { recordingId } = recording.header;
    const summary = recording.summary('finalizing');
    this.#index.set(summary);
    this.#reserve.captured(recordingId, summary);
    this.#news({ event: 'recording.stopped', recordingId, roomId: summary.roomId, reason });
    events.finalized(await this.#makeReady(recordingId, reason, events.progress));
  }

  async #makeReady(
    recordingId: RecordingId,
    reason: StopReason,
    tell: (fraction: number) => void = () => {},
  ): Promise<'ready' | 'failed'> {
    const folder = this.#folder(recordingId);
    try {
      await this.#finalizer.add({ folder, reasonIfUnknown: reason }, (progress) => {
        this.#index.update(recordingId, { progress });
        tell(progress);
      });
      const manifest = await readManifest(folder, recordingId);
      if (manifest === null) throw new Error('the manifest is not there');
      this.#index.setReady(manifest);
      this.#reserve.release(recordingId);
      this.#news({ event: 'recording.ready', recordingId, roomId: manifest.roomId });
      this.#shelf.keep(manifest);
      return 'ready';
    } catch (error) {
      const known = this.#index.update(recordingId, { state: 'failed' });
      // A server that stops has only put it off.
      if (this.#closed === null) {
        this.#log.error({ recordingId, err: error }, 'recording could not be finalized');
        if (known) this.#news({ event: 'recording.failed', recordingId, roomId: known.roomId });
      }
      return 'failed';
    }
  }

  async #take(recordingId: RecordingId): Promise<void> {
    const found = await inspectFolder(this.#folder(recordingId), recordingId);
    switch (found.state) {
      case 'buried':
        return this.#shelf.erase(recordingId);
      case 'ready':
        this.#index.setReady(found.manifest);
        this.#shelf.keep(found.manifest);
        if (found.hasJournal) this.#withJournal.push(recordingId);
        return;
      case 'captured':
        this.#index.setUnfinished(found.header);
        this.#reserve.captured(recordingId);
        this.#unfinished.push(recordingId);
        return;
      case 'foreign':
        this.#foreign.push(recordingId);
        return;
      case 'ruin':
        this.#ruins.add(recordingId);
        this.#log.error({ recordingId }, 'neither manifest nor journal of a recording can be read');
        return;
      case 'unknown':
        this.#log.warn({ recordingId }, 'folder holds no recording');
    }
  }

  #folder(recordingId: RecordingId): string {
    return recordingFolder(this.#directory, recordingId);
  }
}
