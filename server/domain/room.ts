import {
  ProtocolError,
  can,
  type MicrophoneState,
  type PeerId,
  type PeerInfo,
  type Phrase,
  type PhraseDraft,
  type RecordingId,
  type Role,
  type RoomId,
  type RoomSnapshot,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import { PhraseLog } from './phraseLog.ts';

/** What a command changed, numbered so that a client can tell that it missed something. */
export type RoomEvent = { readonly revision: number } & (
  | { readonly type: 'peerJoined'; readonly peer: PeerInfo }
  | { readonly type: 'peerLeft'; readonly peerId: PeerId }
  | { readonly type: 'peerChanged'; readonly peer: PeerInfo }
  | { readonly type: 'recordingStarted'; readonly recording: RunningRecording }
  | {
      readonly type: 'recordingStopped';
      readonly recordingId: RecordingId;
      readonly reason: StopReason;
    }
);

type Change = RoomEvent extends infer Event
  ? Event extends RoomEvent
    ? Omit<Event, 'revision'>
    : never
  : never;

/** Who is in a room and what goes on in it. Decides, and returns what happened; sends nothing. */
export class Room {
  readonly roomId: RoomId;
  readonly roomName: string;
  readonly #maxPeers: number;
  readonly #peers = new Map<PeerId, PeerInfo>();
  readonly #phrases = new PhraseLog();
  #recording: RunningRecording | null = null;
  #revision = 0;

  constructor(options: { roomId: RoomId; roomName: string; maxPeers: number }) {
    this.roomId = options.roomId;
    this.roomName = options.roomName;
    this.#maxPeers = options.maxPeers;
  }

  get isEmpty(): boolean {
    return this.#peers.size === 0;
  }

  get peerCount(): number {
    return this.#peers.size;
  }

  get recording(): RunningRecording | null {
    return this.#recording;
  }

  /** @throws ProtocolError ROOM_FULL, or WRONG_STATE when this peer is in already */
  join(peer: { peerId: PeerId; displayName: string; role: Role }): RoomEvent[] {
    if (this.#peers.has(peer.peerId)) throw new ProtocolError('WRONG_STATE', 'already joined');
    if (this.#peers.size >= this.#maxPeers) throw new ProtocolError('ROOM_FULL', 'room is full');
    const info: PeerInfo = {
      peerId: peer.peerId,
      displayName: peer.displayName,
      role: peer.role,
      microphone: 'none',
    };
    this.#peers.set(info.peerId, info);
    return [this.#happened({ type: 'peerJoined', peer: info })];
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
    if (peer.microphone === microphone) return [];
    const changed = { ...peer, microphone };
    this.#peers.set(peerId, changed);
    return [this.#happened({ type: 'peerChanged', peer: changed })];
  }

  /** @throws ProtocolError FORBIDDEN or RATE_LIMITED */
  say(peerId: PeerId, draft: PhraseDraft, now: { wallMs: number; monotonicMs: number }): Phrase {
    const peer = this.#peer(peerId);
    if (!can(peer.role, 'sendPhrase')) {
      throw new ProtocolError('FORBIDDEN', 'this role sends no phrases');
    }
    return this.#phrases.append(peer, draft, now);
  }

  phrasesAfter(seq: number): Phrase[] {
    return [...this.#phrases.after(seq)];
  }

  /** @throws ProtocolError RECORDING_STATE when one is running */
  startRecording(peerId: PeerId, recordingId: RecordingId, wallMs: number): RoomEvent[] {
    if (this.#recording) throw new ProtocolError('RECORDING_STATE', 'a recording is running');
    this.#recording = {
      recordingId,
      startedAt: Math.round(wallMs),
      startedBy: this.#peer(peerId).displayName,
    };
    return [this.#happened({ type: 'recordingStarted', recording: this.#recording })];
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  stopRecording(reason: StopReason): RoomEvent[] {
    if (!this.#recording) throw new ProtocolError('RECORDING_STATE', 'no recording is running');
    const { recordingId } = this.#recording;
    this.#recording = null;
    return [this.#happened({ type: 'recordingStopped', recordingId, reason })];
  }

  /** What `peerId` needs to know on arrival, but for what the media side adds. */
  snapshot(peerId: PeerId): Omit<RoomSnapshot, 'routerRtpCapabilities' | 'serverTime'> {
    return {
      revision: this.#revision,
      roomId: this.roomId,
      roomName: this.roomName,
      you: peerId,
      peers: [...this.#peers.values()],
      phrases: [...this.#phrases.recent],
      recording: this.#recording,
    };
  }

  #peer(peerId: PeerId): PeerInfo {
    const peer = this.#peers.get(peerId);
    if (!peer) throw new ProtocolError('WRONG_STATE', 'not in the room');
    return peer;
  }

  #happened(change: Change): RoomEvent {
    this.#revision += 1;
    return { ...change, revision: this.#revision };
  }
}
