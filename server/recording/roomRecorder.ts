import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProtocolError, RecordingIdSchema, type StopReason } from '#protocol';
import * as v from 'valibot';
import type { ActiveRecording, Clock, Log, Recorder, RecordingEvents } from '../session/ports.ts';
import { JournalRecording, type JournalRecordingOptions } from './activeRecording.ts';
import { FOLDER_MODE, syncFolder } from './files.ts';
import type { DiskReserve } from './diskReserve.ts';
import { thisProcess } from './journalOwner.ts';

export interface RoomRecorderOptions {
  /** Where each recording gets its folder. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly began: (recording: JournalRecording) => void;
  readonly captured: (
    recording: JournalRecording,
    reason: StopReason,
    events: RecordingEvents,
  ) => void;
  readonly journal?: JournalRecordingOptions['journal'];
  /** Recordings neither begin nor go on when it says no. */
  readonly reserve: DiskReserve;
}

/** Starts recordings, and knows those that run. */
export class RoomRecorder implements Recorder {
  readonly #options: RoomRecorderOptions;
  readonly #running = new Set<JournalRecording>();

  constructor(options: RoomRecorderOptions) {
    this.#options = options;
  }

  async start(options: Parameters<Recorder['start']>[0]): Promise<ActiveRecording> {
    const { recordingId, roomId, roomName, startedBy, events } = options;
    const { directory, clock, log } = this.#options;
    const folder = join(directory, v.parse(RecordingIdSchema, recordingId));
    try {
      await mkdir(folder, { mode: FOLDER_MODE });
      await syncFolder(directory);
    } catch (error) {
      throw this.#refusal(error);
    }
    try {
      const recording = await JournalRecording.begin({
        folder,
        clock,
        journal: { checkSpace: this.#options.reserve.check, ...this.#options.journal },
        header: {
          version: 1,
          ...{ recordingId, roomId, roomName, startedBy },
          startedAt: Math.round(clock.wallMs()),
          monotonicOriginMs: clock.monotonicMs(),
          owner: thisProcess,
        },
        failed: (error) => {
          log.error({ recordingId, roomId, err: error }, 'recording cannot be written any longer');
          events.failed();
        },
        captured: (ended, reason) => {
          this.#running.delete(ended);
          this.#options.captured(ended, reason, events);
        },
      });
      this.#running.add(recording);
      this.#options.began(recording);
      return recording;
    } catch (error) {
      // Only the folder made above, and nothing but a first part can be in it.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
      throw this.#refusal(error);
    }
  }

  /** Resolves when all journals are safe on disk. */
  async stopAll(reason: StopReason): Promise<void> {
    await Promise.all([...this.#running].map((recording) => recording.stop(reason)));
  }

  #refusal(error: unknown): ProtocolError {
    this.#options.log.error({ err: error }, 'recording cannot be started');
    return new ProtocolError('STORAGE_FAILED', 'the recording cannot be written');
  }
}
