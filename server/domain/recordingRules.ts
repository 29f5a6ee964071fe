import {
  ProtocolError,
  type Consent,
  type ConsentAnswer,
  type ConsentQuestion,
  type PeerId,
  type RecordingId,
  type RunningRecording,
} from '#protocol';
import { ConsentBook, type ConsentEntry } from './consent.ts';

interface Running {
  recording: RunningRecording;
  readonly consent: ConsentBook;
}

/** Whether a room is being recorded, since when, and who agreed. One recording at a time. */
export class RecordingRules {
  #running: Running | null = null;

  get recording(): RunningRecording | null {
    return this.#running?.recording ?? null;
  }

  /** @throws ProtocolError RECORDING_STATE when one is running */
  start(recordingId: RecordingId, startedBy: string, wallMs: number): RunningRecording {
    if (this.#running) throw new ProtocolError('RECORDING_STATE', 'a recording is running');
    const startedAt = Math.round(wallMs);
    const recording = { recordingId, startedAt, startedBy, pausedAt: null, pausedMs: 0 };
    this.#running = { recording, consent: new ConsentBook() };
    return recording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running, or it is paused already */
  pause(wallMs: number): RunningRecording {
    const running = this.#required();
    if (running.recording.pausedAt !== null) {
      throw new ProtocolError('RECORDING_STATE', 'the recording is paused');
    }
    running.recording = { ...running.recording, pausedAt: Math.round(wallMs) };
    return running.recording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is paused */
  resume(wallMs: number): RunningRecording {
    const running = this.#required();
    const { pausedAt, pausedMs } = running.recording;
    if (pausedAt === null) throw new ProtocolError('RECORDING_STATE', 'the recording runs');
    const pauseMs = Math.max(0, Math.round(wallMs) - pausedAt);
    running.recording = { ...running.recording, pausedAt: null, pausedMs: pausedMs + pauseMs };
    return running.recording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running, or it is paused */
  requireRunning(): RunningRecording {
    const { recording } = this.#required();
    if (recording.pausedAt !== null) {
      throw new ProtocolError('RECORDING_STATE', 'the recording is paused');
    }
    return recording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  stop(): RecordingId {
    const { recording } = this.#required();
    this.#running = null;
    return recording.recordingId;
  }

  /**
   * Asks somebody, once. False when they were asked before.
   * @throws ProtocolError RECORDING_STATE when none is running
   */
  ask(peerId: PeerId): boolean {
    return this.#required().consent.ask(peerId);
  }

  consentOf(peerId: PeerId): Consent | null {
    return this.#running?.consent.of(peerId) ?? null;
  }

  /** Whether that is something else than this person has said before. */
  changes(peerId: PeerId, answer: ConsentAnswer): boolean {
    return this.#required().consent.changes(peerId, answer);
  }

  /** @throws ProtocolError RECORDING_STATE unless this one is running */
  requireThis(recordingId: RecordingId): void {
    if (this.#required().recording.recordingId !== recordingId) {
      throw new ProtocolError('RECORDING_STATE', 'another recording is running');
    }
  }

  /** @throws ProtocolError RECORDING_STATE when none is running, WRONG_STATE when it changes nothing */
  answer(
    person: { peerId: PeerId; displayName: string },
    answer: ConsentAnswer,
    { question, wallMs }: { question: ConsentQuestion; wallMs: number },
  ): ConsentEntry {
    return this.#required().consent.answer(person, answer, { question, at: Math.round(wallMs) });
  }

  /** Who began it agrees by doing so. */
  began(person: { peerId: PeerId; displayName: string }, wallMs: number): ConsentEntry {
    return this.#required().consent.began(person, Math.round(wallMs));
  }

  #required(): Running {
    if (!this.#running) throw new ProtocolError('RECORDING_STATE', 'no recording is running');
    return this.#running;
  }
}
