import {
  ProtocolError,
  can,
  type AnswerConsent,
  type ConsentAnswer,
  type MicrophoneState,
  type PeerId,
  type PeerInfo,
  type Phrase,
  type PhraseDraft,
  type RecordingId,
  type Role,
  type RoomId,
  type RoomSettings,
  type RoomSnapshot,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import { PhraseLog } from './phraseLog.ts';
import { RecordingRules } from './recordingRules.ts';
import type { RoomChange, RoomEvent } from './roomEvents.ts';

/** What others than the room's rules add to a snapshot. */
type SnapshotRest = Pick<
  RoomSnapshot,
  'routerRtpCapabilities' | 'resumeToken' | 'resumed' | 'serverTime' | 'logId' | 'speech' | 'voices'
>;

/** Who begins a recording. Nobody of the room when it comes from outside, or begins by itself. */
export interface Starter {
  readonly peerId: PeerId | null;
  /** Empty when it begins by itself, or from outside with an invitation, which names nobody. */
  readonly displayName: string;
}

/** Who is in a room and what goes on in it. Decides, and returns what happened; sends nothing. */
export class Room {
  readonly roomId: RoomId;
  readonly roomName: string;
  readonly settings: RoomSettings;
  readonly #maxPeers: number;
  readonly #peers = new Map<PeerId, PeerInfo>();
  readonly #phrases: PhraseLog;
  readonly #recording = new RecordingRules();
  #revision = 0;

  constructor(options: {
    roomId: RoomId;
    roomName: string;
    settings: RoomSettings;
    maxPeers: number;
    /** What was said in it before the server's process ended, oldest first. */
    phrases?: readonly Phrase[];
  }) {
    this.roomId = options.roomId;
    this.roomName = options.roomName;
    this.settings = options.settings;
    this.#maxPeers = options.maxPeers;
    this.#phrases = new PhraseLog(options.phrases);
  }

  get isEmpty(): boolean {
    return this.#peers.size === 0;
  }

  get peerCount(): number {
    return this.#peers.size;
  }

  get recording(): RunningRecording | null {
    return this.#recording.recording;
  }

  /** @throws ProtocolError ROOM_FULL, CONSENT_REQUIRED, or WRONG_STATE when this peer is in already */
  join(
    peer: { peerId: PeerId; displayName: string; role: Role },
    answer: ConsentAnswer | undefined,
    wallMs: number,
  ): RoomEvent[] {
    const { peerId, displayName, role } = peer;
    if (this.#peers.has(peerId)) throw new ProtocolError('WRONG_STATE', 'already joined');
    if (this.#peers.size >= this.#maxPeers) throw new ProtocolError('ROOM_FULL', 'room is full');
    const answered = this.#askOnArrival(peer, answer, wallMs);
    const info: PeerInfo = {
      peerId,
      displayName,
      role,
      microphone: 'none',
      recorded: this.isRecorded(peerId),
      away: false,
    };
    this.#peers.set(peerId, info);
    return [this.#happened({ type: 'peerJoined', peer: info }), ...answered];
  }

  leave(peerId: PeerId): RoomEvent[] {
    if (!this.#peers.delete(peerId)) return [];
    return [this.#happened({ type: 'peerLeft', peerId })];
  }

  microphoneOf(peerId: PeerId): MicrophoneState {
    return this.#peer(peerId).microphone;
  }

  /** @throws ProtocolError FORBIDDEN when the role may not speak */
  setMicrophone(peerId: PeerId, microphone: MicrophoneState): RoomEvent[] {
    const peer = this.#peer(peerId);
    if (!can(peer.role, 'speak')) throw new ProtocolError('FORBIDDEN', 'this role does not speak');
    return this.#change(peer, { microphone });
  }

  setAway(peerId: PeerId, away: boolean): RoomEvent[] {
    return this.#change(this.#peer(peerId), { away });
  }

  /**
   * Null for a draft that became a phrase before: its author did not know.
   * @param keep puts the phrase where it is safe before it counts as said
   * @throws ProtocolError FORBIDDEN or RATE_LIMITED; what `keep` throws
   */
  say(
    peerId: PeerId,
    draft: PhraseDraft,
    now: { wallMs: number; monotonicMs: number },
    keep?: (phrase: Phrase) => void,
  ): Phrase | null {
    const peer = this.#peer(peerId);
    if (!can(peer.role, 'sendPhrase')) {
      throw new ProtocolError('FORBIDDEN', 'this role sends no phrases');
    }
    return this.#phrases.append(peer, draft, now, keep);
  }

  phrasesAfter(seq: number): Phrase[] {
    return [...this.#phrases.after(seq)];
  }

  /**
   * Begins a recording of nobody: who began it from within is in it, and the others are asked.
   * @throws ProtocolError RECORDING_STATE when one is running
   */
  startRecording(by: Starter, recordingId: RecordingId, wallMs: number): RoomEvent[] {
    const starter = by.peerId === null ? null : this.#peer(by.peerId);
    const recording = this.#recording.start(recordingId, by.displayName, wallMs);
    const events = [this.#happened({ type: 'recordingStarted', recording })];
    for (const peer of [...this.#peers.values()]) {
      if (!canBeRecorded(peer.role)) continue;
      if (peer === starter) {
        events.push({ type: 'consentAnswered', entry: this.#recording.began(peer, wallMs) });
        events.push(...this.#change(peer, { recorded: true }));
      } else {
        events.push(...this.#ask(peer.peerId));
      }
      events.push(this.#told(peer.peerId));
    }
    return events;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  stopRecording(reason: StopReason): RoomEvent[] {
    const recordingId = this.#recording.stop();
    const events = [this.#happened({ type: 'recordingStopped', recordingId, reason })];
    for (const peer of [...this.#peers.values()]) {
      events.push(...this.#change(peer, { recorded: false }));
      if (canBeRecorded(peer.role)) events.push(this.#told(peer.peerId));
    }
    return events;
  }

  /** @throws ProtocolError RECORDING_STATE when there is nothing to pause */
  pauseRecording(wallMs: number): RoomEvent[] {
    const recording = this.#recording.pause(wallMs);
    return [this.#happened({ type: 'recordingChanged', recording })];
  }

  /** @throws ProtocolError RECORDING_STATE when nothing is paused */
  resumeRecording(wallMs: number): RoomEvent[] {
    const recording = this.#recording.resume(wallMs);
    return [this.#happened({ type: 'recordingChanged', recording })];
  }

  /** @throws ProtocolError RECORDING_STATE unless one is running and not paused */
  requireRunningRecording(): void {
    this.#recording.requireRunning();
  }

  /**
   * @throws ProtocolError RECORDING_STATE when it is not that recording that runs, WRONG_STATE when it
   * changes nothing
   */
  answerConsent(
    peerId: PeerId,
    { recordingId, ...answer }: AnswerConsent,
    wallMs: number,
  ): RoomEvent[] {
    const peer = this.#peer(peerId);
    this.#recording.requireThis(recordingId);
    const entry = this.#recording.answer(peer, answer, { question: 'ask', wallMs });
    return [
      { type: 'consentAnswered', entry },
      this.#told(peerId),
      ...this.#change(peer, { recorded: this.isRecorded(peerId) }),
    ];
  }

  /** Whether this person's sound and phrases may be written at this moment. */
  isRecorded(peerId: PeerId): boolean {
    return this.#recording.consentOf(peerId) === 'granted';
  }

  /** What `peerId` needs to know on arrival, but for what is not a matter of rules. */
  snapshot(peerId: PeerId): Omit<RoomSnapshot, keyof SnapshotRest> {
    return {
      revision: this.#revision,
      roomId: this.roomId,
      roomName: this.roomName,
      you: peerId,
      peers: [...this.#peers.values()],
      phrases: [...this.#phrases.recent],
      recording: this.recording,
      consent: this.#recording.consentOf(peerId),
    };
  }

  #askOnArrival(
    peer: { peerId: PeerId; displayName: string; role: Role },
    answer: ConsentAnswer | undefined,
    wallMs: number,
  ): RoomEvent[] {
    if (!this.recording || !canBeRecorded(peer.role)) return [];
    const before = this.#recording.consentOf(peer.peerId);
    // Who was inside when it began, or has answered it before, is no newcomer, whatever the answer.
    const isNewcomer = before === null;
    if (this.settings.consent === 'required' && isNewcomer && answer?.answer !== 'granted') {
      throw new ProtocolError('CONSENT_REQUIRED', 'the room is recorded and takes who agrees');
    }
    if (answer && this.#recording.changes(peer.peerId, answer)) {
      const question = this.settings.consent;
      const entry = this.#recording.answer(peer, answer, { question, wallMs });
      return [{ type: 'consentAnswered', entry }];
    }
    return this.#ask(peer.peerId);
  }

  #ask(peerId: PeerId): RoomEvent[] {
    return this.#recording.ask(peerId) ? [{ type: 'consentAsked', peerId }] : [];
  }

  #told(peerId: PeerId): RoomEvent {
    return { type: 'consentChanged', peerId, consent: this.#recording.consentOf(peerId) };
  }

  #change(peer: PeerInfo, change: Partial<PeerInfo>): RoomEvent[] {
    const changed = { ...peer, ...change };
    const before = this.#peers.get(peer.peerId) ?? peer;
    const isChanged = (['microphone', 'recorded', 'away'] as const).some(
      (key) => before[key] !== changed[key],
    );
    if (!isChanged) return [];
    this.#peers.set(peer.peerId, changed);
    return [this.#happened({ type: 'peerChanged', peer: changed })];
  }

  #peer(peerId: PeerId): PeerInfo {
    const peer = this.#peers.get(peerId);
    if (!peer) throw new ProtocolError('WRONG_STATE', 'not in the room');
    return peer;
  }

  #happened(change: RoomChange): RoomEvent {
    this.#revision += 1;
    return { ...change, revision: this.#revision };
  }
}

/** Whoever neither speaks nor writes leaves nothing that could be recorded. */
function canBeRecorded(role: Role): boolean {
  return can(role, 'speak') || can(role, 'sendPhrase');
}
