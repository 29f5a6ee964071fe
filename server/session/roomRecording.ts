import {
  phraseLaneOf,
  ProtocolError,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RecordingId,
  type RoomId,
  type StopReason,
} from '#protocol';
import type { ConsentEntry } from '../domain/consent.ts';
import type {
  ActiveRecording,
  AudioTap,
  Log,
  MediaRoom,
  RecordedTrack,
  Recorder,
} from './ports.ts';

export interface Speaker {
  readonly producerId: ProducerId;
  readonly peerId: PeerId;
  readonly displayName: string;
  readonly muted: boolean;
}

interface Running {
  readonly name: 'running';
  readonly recordingId: RecordingId;
  readonly recording: ActiveRecording;
  isPaused: boolean;
  readonly tracks: Map<ProducerId, { track: RecordedTrack; tap: AudioTap | null }>;
  /** The phrase that is being spoken. */
  spoken: { readonly authorId: PeerId; readonly track: RecordedTrack } | null;
}

type State = { readonly name: 'idle' } | { readonly name: 'starting' } | Running;

/** The recorder's seat in a room: taps every microphone while a recording runs. */
export class RoomRecording {
  readonly #recorder: Recorder;
  readonly #media: () => MediaRoom;
  readonly #log: Log;
  readonly #onFailed: () => void;
  readonly #onProgress: (recordingId: RecordingId, progress: number) => void;
  readonly #onFinalized: (recordingId: RecordingId, outcome: 'ready' | 'failed') => void;
  #state: State = { name: 'idle' };

  constructor(options: {
    recorder: Recorder;
    media: () => MediaRoom;
    log: Log;
    onFailed: () => void;
    onProgress: (recordingId: RecordingId, progress: number) => void;
    onFinalized: (recordingId: RecordingId, outcome: 'ready' | 'failed') => void;
  }) {
    this.#recorder = options.recorder;
    this.#media = options.media;
    this.#log = options.log;
    this.#onFailed = options.onFailed;
    this.#onProgress = options.onProgress;
    this.#onFinalized = options.onFinalized;
  }

  /** @throws ProtocolError RECORDING_STATE when one runs or starts, STORAGE_FAILED when none can */
  async start(options: {
    recordingId: RecordingId;
    roomId: RoomId;
    roomName: string;
    startedBy: string;
  }): Promise<void> {
    if (this.#state.name !== 'idle') {
      throw new ProtocolError('RECORDING_STATE', 'a recording is running');
    }
    this.#state = { name: 'starting' };
    const { recordingId, roomId } = options;
    try {
      const recording = await this.#recorder.start({
        ...options,
        events: {
          failed: () => {
            this.#log.error({ roomId, recordingId }, 'recording failed');
            // One that was stopped already must not take its successor with it.
            if (this.#isRunning(recordingId)) this.#onFailed();
          },
          progress: (fraction) => this.#onProgress(recordingId, fraction),
          finalized: (outcome) => {
            this.#log.info({ roomId, recordingId, outcome }, 'recording finalized');
            this.#onFinalized(recordingId, outcome);
          },
        },
      });
      const tracks = new Map();
      this.#state = {
        ...{ name: 'running', recordingId, recording, isPaused: false, tracks, spoken: null },
      };
      this.#log.info({ roomId, recordingId }, 'recording started');
    } catch (error) {
      this.#state = { name: 'idle' };
      throw error;
    }
  }

  /** Begins a track for a microphone; without effect when nothing is recorded, or it is paused. */
  addSpeaker({ producerId, peerId, displayName, muted }: Speaker): void {
    const state = this.#state;
    if (state.name !== 'running' || state.isPaused || state.tracks.has(producerId)) return;
    const track = state.recording.addTrack({ peerId, displayName, producerId });
    if (muted) track.setMuted(true);
    const entry: { track: RecordedTrack; tap: AudioTap | null } = { track, tap: null };
    state.tracks.set(producerId, entry);
    this.#media()
      .tapAudio(producerId, track)
      .then(
        (tap) => {
          if (state.tracks.get(producerId) === entry) entry.tap = tap;
          else tap.close();
        },
        (error: unknown) => {
          // The speaker left before the tap stood: there was nothing to record.
          if (state.tracks.get(producerId) !== entry) return;
          this.#log.error({ peerId, err: error }, 'speaker could not be recorded');
          this.removeSpeaker(producerId);
        },
      );
  }

  removeSpeaker(producerId: ProducerId): void {
    if (this.#state.name !== 'running') return;
    const entry = this.#state.tracks.get(producerId);
    this.#state.tracks.delete(producerId);
    entry?.tap?.close();
    entry?.track.end();
  }

  setMuted(producerId: ProducerId, muted: boolean): void {
    if (this.#state.name !== 'running') return;
    this.#state.tracks.get(producerId)?.track.setMuted(muted);
  }

  phrase(phrase: Phrase): void {
    const state = this.#state;
    if (state.name === 'running' && !state.isPaused) state.recording.phrase(phrase);
  }

  /** A track of its author's for a phrase that is spoken; null when nothing is recorded, or it is paused. */
  speak(phrase: Phrase, durationMs: number, producerId: ProducerId): RecordedTrack | null {
    const state = this.#state;
    if (state.name !== 'running' || state.isPaused) return null;
    state.recording.spoken(phrase.seq, durationMs);
    const track = state.recording.addTrack({
      peerId: phraseLaneOf(phrase.authorId),
      displayName: phrase.authorName,
      producerId,
    });
    state.spoken = { authorId: phrase.authorId, track };
    return track;
  }

  /** Ends the track of a phrase of this author's that is being spoken, if there is one. */
  endSpoken(authorId: PeerId): void {
    if (this.#state.name !== 'running' || this.#state.spoken?.authorId !== authorId) return;
    this.#state.spoken.track.end();
  }

  asked(peerId: PeerId): void {
    if (this.#state.name === 'running') this.#state.recording.asked(peerId);
  }

  consent(entry: ConsentEntry): void {
    if (this.#state.name === 'running') this.#state.recording.consent(entry);
  }

  marker(label: string): void {
    if (this.#state.name === 'running') this.#state.recording.marker(label);
  }

  /** Ends every track: the media side is gone, and speakers come back one by one. */
  interrupt(): void {
    const state = this.#state;
    if (state.name !== 'running') return;
    this.#removeSpeakers(state);
    state.recording.interrupt();
  }

  /** Ends every track: nothing comes in until `resume`, and the speakers are added anew. */
  pause(): void {
    const state = this.#state;
    if (state.name !== 'running') return;
    this.#removeSpeakers(state);
    state.isPaused = true;
    state.recording.pause();
  }

  resume(): void {
    if (this.#state.name !== 'running') return;
    this.#state.isPaused = false;
    this.#state.recording.resume();
  }

  #removeSpeakers({ tracks, spoken }: Running): void {
    spoken?.track.end();
    for (const producerId of [...tracks.keys()]) this.removeSpeaker(producerId);
  }

  #isRunning(recordingId: RecordingId): boolean {
    return this.#state.name === 'running' && this.#state.recordingId === recordingId;
  }

  /** Resolves when everything captured is safe on disk. Without effect when nothing runs. */
  async stop(reason: StopReason): Promise<void> {
    const state = this.#state;
    if (state.name !== 'running') return;
    this.#removeSpeakers(state);
    this.#state = { name: 'idle' };
    await state.recording.stop(reason).catch((err: unknown) => {
      this.#log.error({ recordingId: state.recordingId, err }, 'recording did not close cleanly');
    });
  }
}
