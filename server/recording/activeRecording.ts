import {
  ownerOfLane,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RecordingSummary,
  type StopReason,
} from '#protocol';
import type { ConsentEntry } from '../domain/consent.ts';
import type { ActiveRecording, Clock, RecordedTrack } from '../session/ports.ts';
import { JournalWriter, type JournalOptions } from './journal.ts';
import { RECORD } from './journalFormat.ts';
import {
  encodeJson,
  type Asked,
  type JournalGap,
  type JournalHeader,
  type Marker,
  type Resume,
  type SpokenPhrase,
} from './journalPayloads.ts';
import { RecordingClock } from './recordingClock.ts';
import { TrackRecorder } from './trackRecorder.ts';

const EMPTY = new Uint8Array(0);

/** Told once, when nothing more is written: the journal is safe as far as it goes. */
export type Captured = (recording: JournalRecording, reason: StopReason) => void;

export interface JournalRecordingOptions {
  readonly folder: string;
  readonly header: Omit<JournalHeader, 'part'>;
  readonly clock: Clock;
  readonly captured: Captured;
  /** Told before `captured` when the disk was the reason. */
  readonly failed: (error: Error) => void;
  readonly journal?: Pick<JournalOptions, 'limits' | 'createFile' | 'checkSpace'>;
}

/** A running recording: everything that happens goes into its journal. */
export class JournalRecording implements ActiveRecording {
  readonly #options: JournalRecordingOptions;
  readonly #clock: RecordingClock;
  readonly #tracks = new Map<number, TrackRecorder>();
  readonly #speakers = new Map<PeerId, string>();
  #journal: JournalWriter | null = null;
  #nextStreamId = 1;
  #phraseCount = 0;
  #endedMs: number | null = null;
  #stopped: Promise<void> | null = null;
  #failed = false;
  /** Since when nothing can be captured. */
  #interruptedMs: number | null = null;

  private constructor(options: JournalRecordingOptions) {
    this.#options = options;
    this.#clock = new RecordingClock(options.clock, options.header.monotonicOriginMs);
  }

  /** @throws Error when the folder does not take a journal */
  static async begin(options: JournalRecordingOptions): Promise<JournalRecording> {
    const recording = new JournalRecording(options);
    recording.#journal = await JournalWriter.open({
      ...options.journal,
      folder: options.folder,
      beginPart: (part, append) => recording.#beginPart(part, append),
      failed: (error) => recording.#fail(error),
    });
    return recording;
  }

  get header(): Omit<JournalHeader, 'part'> {
    return this.#options.header;
  }

  addTrack(options: {
    peerId: PeerId;
    displayName: string;
    producerId: ProducerId;
  }): RecordedTrack {
    const streamId = this.#nextStreamId++;
    const track = new TrackRecorder({
      start: options,
      append: (type, payload) => {
        if (!this.#clock.paused) this.#append(type, streamId, payload);
      },
      onEnd: () => this.#tracks.delete(streamId),
    });
    this.#endInterruption();
    this.#append(RECORD.streamStart, streamId, track.startPayload());
    this.#tracks.set(streamId, track);
    this.#speakers.set(ownerOfLane(options.peerId), options.displayName);
    return track;
  }

  phrase(phrase: Phrase): void {
    if (this.#clock.paused) return;
    this.#phraseCount++;
    this.#append(RECORD.phrase, 0, encodeJson(phrase));
  }

  spoken(seq: number, durationMs: number): void {
    if (this.#clock.paused) return;
    this.#append(RECORD.spoken, 0, encodeJson({ seq, durationMs } satisfies SpokenPhrase));
  }

  consent(entry: ConsentEntry): void {
    this.#append(RECORD.consent, 0, encodeJson(entry));
  }

  asked(peerId: PeerId): void {
    this.#append(RECORD.asked, 0, encodeJson({ peerId } satisfies Asked));
  }

  pause(): void {
    if (this.#clock.paused || this.#stopped !== null) return;
    this.#endTracks();
    this.#append(RECORD.pause, 0, EMPTY);
    this.#clock.pause();
  }

  resume(): void {
    const pausedMs = this.#clock.resume();
    if (pausedMs === null) return;
    this.#append(RECORD.resume, 0, encodeJson({ pausedMs } satisfies Resume));
  }

  interrupt(): void {
    this.#endTracks();
    this.#interruptedMs ??= this.#clock.elapsedMs();
  }

  marker(label: string): void {
    this.#append(RECORD.marker, 0, encodeJson({ label } satisfies Marker));
  }

  stop(reason: StopReason): Promise<void> {
    this.#stopped ??= this.#stop(reason);
    return this.#stopped;
  }

  summary(state: RecordingSummary['state']): RecordingSummary {
    const { recordingId, roomId, roomName, startedAt, startedBy } = this.#options.header;
    return {
      ...{ recordingId, roomId, roomName, state, startedAt, startedBy },
      durationSeconds: (this.#endedMs ?? this.#clock.elapsedMs()) / 1_000,
      speakers: [...this.#speakers.values()],
      phraseCount: this.#phraseCount,
      progress: 0,
      sizeBytes: this.#journal?.sizeBytes ?? 0,
    };
  }

  async #stop(reason: StopReason): Promise<void> {
    this.#endTracks();
    this.resume();
    this.#endInterruption();
    this.#append(RECORD.end, 0, encodeJson({ reason }));
    this.#endedMs ??= this.#clock.elapsedMs();
    await this.#journal?.close();
    if (!this.#failed) this.#options.captured(this, reason);
  }

  #fail(error: Error): void {
    this.#failed = true;
    this.#endedMs ??= this.#clock.elapsedMs();
    this.#options.failed(error);
    this.#options.captured(this, 'storageFailed');
  }

  #beginPart(part: number, append: JournalWriter['append']): void {
    const arrivalMs = this.#clock.elapsedMs();
    const header = { ...this.#options.header, part } satisfies JournalHeader;
    append(RECORD.header, { streamId: 0, arrivalMs, payload: encodeJson(header) });
    for (const [streamId, track] of this.#tracks) {
      append(RECORD.streamStart, { streamId, arrivalMs, payload: track.startPayload() });
    }
  }

  #append(type: number, streamId: number, payload: Uint8Array): void {
    this.#journal?.append(type, { streamId, arrivalMs: this.#clock.elapsedMs(), payload });
  }

  #endInterruption(): void {
    if (this.#interruptedMs === null) return;
    const startMs = this.#interruptedMs;
    this.#interruptedMs = null;
    const gap = { startMs, endMs: this.#clock.elapsedMs(), reason: 'mediaLost' };
    this.#append(RECORD.gap, 0, encodeJson(gap satisfies JournalGap));
  }

  #endTracks(): void {
    for (const track of [...this.#tracks.values()]) track.end();
  }
}
