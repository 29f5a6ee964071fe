import {
  ProtocolError,
  can,
  mayWrite,
  type AnswerConsent,
  type Consent,
  type ConsentAnswer,
  type PeerId,
  type RecordingId,
  type Role,
  type RoomSettings,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import { RecordingRules } from './recordingRules.ts';
import type { RoomChange, RoomEvent } from './roomEvents.ts';
import type { Roster } from './roster.ts';

/** Who begins a recording. Nobody of the room when it comes from outside, or begins by itself. */
export interface Starter {
  readonly peerId: PeerId | null;
  /** Empty when it begins by itself, or from outside with an invitation, which names nobody. */
  readonly displayName: string;
}

interface Parts {
  readonly roster: Roster;
  readonly settings: () => RoomSettings;
  /** Numbers a change. */
  readonly happened: (change: RoomChange) => RoomEvent;
}

/** A room's recording: whether there is one, who is asked whether they may be in it, and who is. */
export class RecordedPeople {
  readonly #parts: Parts;
  readonly #rules = new RecordingRules();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get running(): RunningRecording | null {
    return this.#rules.recording;
  }

  /** @throws ProtocolError RECORDING_STATE unless one is running and not paused */
  requireRunning(): void {
    this.#rules.requireRunning();
  }

  /** Whether somebody's sound and phrases may be written at this moment. */
  isRecorded(peerId: PeerId): boolean {
    return this.#rules.consentOf(peerId) === 'granted';
  }

  /** Whether somebody comes in, in that role, as one of those who are recorded. */
  isRecordedAs(role: Role, peerId: PeerId): boolean {
    return this.#canBe(role) && this.isRecorded(peerId);
  }

  /** One's own answer, where there is anything of one's own to record. */
  consentOf(peerId: PeerId): Consent | null {
    const { roster } = this.#parts;
    return this.#canBe(roster.of(peerId).role) ? this.#rules.consentOf(peerId) : null;
  }

  /** Somebody comes in. @throws ProtocolError CONSENT_REQUIRED where it takes a yes that they have not given */
  requireAnswer(peerId: PeerId, role: Role, answer: ConsentAnswer | undefined): void {
    if (!this.running || !this.#canBe(role)) return;
    // Who was inside when it began, or has answered it before, is no newcomer, whatever the answer.
    const isNewcomer = this.#rules.consentOf(peerId) === null;
    const isNeeded = this.#parts.settings().consent === 'required';
    if (isNeeded && isNewcomer && answer?.answer !== 'granted') {
      throw new ProtocolError('CONSENT_REQUIRED', 'the room is recorded and takes who agrees');
    }
  }

  /** Somebody comes in while it is recorded, past `requireAnswer`. */
  arrives(
    peer: { peerId: PeerId; displayName: string; role: Role },
    answer: ConsentAnswer | undefined,
    wallMs: number,
  ): RoomEvent[] {
    const { settings } = this.#parts;
    if (!this.#rules.recording || !this.#canBe(peer.role)) return [];
    const { consent: question } = settings();
    if (answer && this.#rules.changes(peer.peerId, answer)) {
      const entry = this.#rules.answer(peer, answer, { question, wallMs });
      return [{ type: 'consentAnswered', entry }];
    }
    return this.#ask(peer.peerId);
  }

  /**
   * Begins a recording of nobody: who began it from within is in it, and the others are asked.
   * @throws ProtocolError RECORDING_STATE when one is running
   */
  begin(by: Starter, recordingId: RecordingId, wallMs: number): RoomEvent[] {
    const { roster, happened } = this.#parts;
    if (by.peerId !== null) roster.of(by.peerId);
    const recording = this.#rules.start(recordingId, by.displayName, wallMs);
    const started = happened({ type: 'recordingStarted', recording });
    const asked = roster.all.flatMap((peer): RoomEvent[] => {
      const { peerId } = peer;
      if (!this.#canBe(peer.role)) return [];
      if (peerId !== by.peerId) return [...this.#ask(peerId), this.#told(peerId)];
      const entry = this.#rules.began(peer, wallMs);
      const changed = roster.change(peerId, { recorded: true });
      return [{ type: 'consentAnswered', entry }, ...changed, this.#told(peerId)];
    });
    return [started, ...asked];
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  stop(reason: StopReason): RoomEvent[] {
    const { roster, happened } = this.#parts;
    const recordingId = this.#rules.stop();
    const stopped = happened({ type: 'recordingStopped', recordingId, reason });
    const told = roster.all.flatMap(({ peerId, role }) => [
      ...roster.change(peerId, { recorded: false }),
      ...(this.#canBe(role) ? [this.#told(peerId)] : []),
    ]);
    return [stopped, ...told];
  }

  /** @throws ProtocolError RECORDING_STATE when there is nothing to pause */
  pause(wallMs: number): RoomEvent[] {
    const recording = this.#rules.pause(wallMs);
    return [this.#parts.happened({ type: 'recordingChanged', recording })];
  }

  /** @throws ProtocolError RECORDING_STATE when nothing is paused */
  resume(wallMs: number): RoomEvent[] {
    const recording = this.#rules.resume(wallMs);
    return [this.#parts.happened({ type: 'recordingChanged', recording })];
  }

  /**
   * @throws ProtocolError RECORDING_STATE when it is not that recording that runs, WRONG_STATE when it
   * changes nothing or there is nothing of theirs to record
   */
  answer(peerId: PeerId, said: AnswerConsent, wallMs: number): RoomEvent[] {
    const { roster } = this.#parts;
    const { recordingId, ...answer } = said;
    const peer = roster.of(peerId);
    this.#rules.requireThis(recordingId);
    if (!this.#canBe(peer.role)) throw new ProtocolError('WRONG_STATE', 'nothing to be recorded');
    const entry = this.#rules.answer(peer, answer, { question: 'ask', wallMs });
    return [
      { type: 'consentAnswered', entry },
      this.#told(peerId),
      ...roster.change(peerId, { recorded: this.isRecorded(peerId) }),
    ];
  }

  /** After another role or other settings: asks who can be recorded now and was not asked before. */
  rolesChanged(peerIds: readonly PeerId[]): RoomEvent[] {
    if (!this.running) return [];
    return peerIds.flatMap((peerId) => {
      const canBe = this.#canBe(this.#parts.roster.of(peerId).role);
      const asked = canBe ? this.#ask(peerId) : [];
      const recorded = canBe && this.isRecorded(peerId);
      return [...asked, ...this.#parts.roster.change(peerId, { recorded }), this.#told(peerId)];
    });
  }

  #ask(peerId: PeerId): RoomEvent[] {
    return this.#rules.ask(peerId) ? [{ type: 'consentAsked', peerId }] : [];
  }

  #told(peerId: PeerId): RoomEvent {
    return { type: 'consentChanged', peerId, consent: this.consentOf(peerId) };
  }

  /** Whoever neither speaks nor writes leaves nothing that could be recorded. */
  #canBe(role: Role): boolean {
    return can(role, 'speak') || mayWrite(role, this.#parts.settings());
  }
}
