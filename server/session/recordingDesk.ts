import {
  ProtocolError,
  type AnswerConsent,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RecordingId,
  type Right,
  type RunningRecording,
  type ServerNotifications,
  type StopReason,
} from '#protocol';
import type * as v from 'valibot';
import type { Starter } from '../domain/recordedPeople.ts';
import type { Room } from '../domain/room.ts';
import type { RoomEvent } from '../domain/roomEvents.ts';
import type { Clock, Log, MediaRoom, RecordedTrack, Recorder } from './ports.ts';
import { RoomRecording, type Speaker } from './roomRecording.ts';

type Told = 'recordingProgress' | 'recordingReady' | 'recordingFailed' | 'autoRecordFailed';
type Tell = <Name extends Told>(
  name: Name,
  body: v.InferOutput<ServerNotifications[Name]>,
  right: Right,
) => void;

export interface RecordingDeskOptions {
  readonly room: Room;
  /** The media side of this moment: a room may get another when a worker dies. */
  readonly media: () => MediaRoom;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: () => RecordingId;
  readonly maxRecordingMs: number;
  readonly publish: (events: readonly RoomEvent[]) => void;
  /** Everyone whose microphone is connected. */
  readonly speakers: () => readonly Speaker[];
  /** Tells those who have that right. */
  readonly tell: Tell;
}

/** Runs a room's recording by the room's rules: who is written, from when, until when. */
export class RecordingDesk {
  readonly #options: RecordingDeskOptions;
  readonly #recording: RoomRecording;
  #cancelMaxLength: () => void = () => {};
  /** The room is recorded by itself once; whoever stops that wants it stopped. */
  #mayBegin: boolean;

  constructor(options: RecordingDeskOptions) {
    this.#options = options;
    this.#mayBegin = options.room.settings.autoRecord;
    const { tell } = options;
    this.#recording = new RoomRecording({
      recorder: options.recorder,
      media: options.media,
      log: options.log,
      onFailed: () => {
        if (options.room.recorded.running) void this.stop('storageFailed');
      },
      onProgress: (recordingId, progress) => {
        tell('recordingProgress', { recordingId, progress }, 'seeRecordings');
      },
      onFinalized: (recordingId, outcome) => {
        const name = outcome === 'ready' ? 'recordingReady' : 'recordingFailed';
        tell(name, { recordingId }, 'seeRecordings');
      },
    });
  }

  /** @throws ProtocolError RECORDING_STATE or STORAGE_FAILED; WRONG_STATE when the room closed meanwhile */
  async start(by: Starter, isStillWanted: () => boolean): Promise<RunningRecording> {
    const { room, clock, maxRecordingMs } = this.#options;
    const recordingId = this.#options.makeRecordingId();
    const mayBegin = this.#mayBegin;
    this.#mayBegin = false;
    try {
      await this.#capture(recordingId, by.displayName, isStillWanted);
    } catch (error) {
      this.#mayBegin = mayBegin;
      throw error;
    }
    this.#publish(room.recorded.begin(by, recordingId, clock.wallMs()));
    this.#addThoseWhoAgreed();
    this.#cancelMaxLength = clock.after(maxRecordingMs, () => {
      if (room.recorded.running?.recordingId === recordingId) void this.stop('maxLength');
    });
    return room.recorded.running as RunningRecording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  async stop(reason: StopReason): Promise<void> {
    const events = this.#options.room.recorded.stop(reason);
    this.#cancelMaxLength();
    this.#publish(events);
    await this.#recording.stop(reason);
  }

  /** @throws ProtocolError RECORDING_STATE */
  pause(): void {
    const events = this.#options.room.recorded.pause(this.#options.clock.wallMs());
    this.#recording.pause();
    this.#publish(events);
  }

  /** @throws ProtocolError RECORDING_STATE */
  resume(): void {
    const events = this.#options.room.recorded.resume(this.#options.clock.wallMs());
    this.#recording.resume();
    this.#publish(events);
    this.#addThoseWhoAgreed();
  }

  /** @throws ProtocolError RECORDING_STATE */
  marker(label: string): void {
    this.#options.room.recorded.requireRunning();
    this.#recording.marker(label);
  }

  /** @throws ProtocolError RECORDING_STATE or WRONG_STATE */
  answer(peerId: PeerId, answer: AnswerConsent): void {
    const { room, clock } = this.#options;
    const events = room.recorded.answer(peerId, answer, clock.wallMs());
    if (!room.recorded.isRecorded(peerId)) {
      this.#recording.endSpoken(peerId);
      for (const speaker of this.#options.speakers()) {
        if (speaker.peerId === peerId) this.#recording.removeSpeaker(speaker.producerId);
      }
    }
    this.#publish(events);
    this.#addThoseWhoAgreed();
  }

  /** A microphone was connected. It may be the first, in a room that is recorded by itself. */
  microphoneConnected(speaker: Speaker, isStillWanted: () => boolean): void {
    if (this.#options.room.recorded.isRecorded(speaker.peerId)) this.#recording.addSpeaker(speaker);
    if (!this.#mayBegin || this.#options.room.recorded.running) return;
    this.start({ peerId: null, displayName: '' }, isStillWanted).catch((err: unknown) => {
      const { roomId } = this.#options.room;
      this.#options.log.error({ roomId, err }, 'recording did not begin');
      const code = err instanceof ProtocolError ? err.code : 'INTERNAL';
      this.#options.tell('autoRecordFailed', { code }, 'record');
    });
  }

  /** The media side died: nothing is captured until somebody is back. */
  mediaDied(): void {
    this.#recording.interrupt();
  }

  microphoneGone(producerId: ProducerId): void {
    this.#recording.removeSpeaker(producerId);
  }

  setMuted(producerId: ProducerId, muted: boolean): void {
    this.#recording.setMuted(producerId, muted);
  }

  phrase(phrase: Phrase): void {
    if (this.#options.room.recorded.isRecorded(phrase.authorId)) this.#recording.phrase(phrase);
  }

  /** A track for a phrase that the server speaks from now on; null where it is not to be recorded. */
  speak(phrase: Phrase, durationMs: number, producerId: ProducerId): RecordedTrack | null {
    if (!this.#options.room.recorded.isRecorded(phrase.authorId)) return null;
    return this.#recording.speak(phrase, durationMs, producerId);
  }

  /** Keeps with the recording who was asked and what they answered, here or on their way in. */
  keepAnswers(events: readonly RoomEvent[]): void {
    for (const event of events) {
      if (event.type === 'consentAsked') this.#recording.asked(event.peerId);
      if (event.type === 'consentAnswered') this.#recording.consent(event.entry);
    }
  }

  async #capture(
    recordingId: RecordingId,
    startedBy: string,
    isStillWanted: () => boolean,
  ): Promise<void> {
    const { roomId, roomName } = this.#options.room;
    await this.#recording.start({ recordingId, roomId, roomName, startedBy });
    if (isStillWanted()) return;
    await this.#recording.stop('roomClosed');
    throw new ProtocolError('WRONG_STATE', 'the room closed');
  }

  #publish(events: readonly RoomEvent[]): void {
    this.keepAnswers(events);
    this.#options.publish(events);
  }

  #addThoseWhoAgreed(): void {
    for (const speaker of this.#options.speakers()) {
      if (this.#options.room.recorded.isRecorded(speaker.peerId))
        this.#recording.addSpeaker(speaker);
    }
  }
}
