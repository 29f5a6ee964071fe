import type {
  Consent,
  ErrorCode,
  PeerId,
  PeerInfo,
  Phrase,
  RecordingId,
  RoomId,
  RoomSnapshot,
  RunningRecording,
  StopReason,
} from '#protocol';

/** `reconnecting` keeps the last known room on screen; `ended` is final. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'ended';

/** Why it ended: the person left, the server said so with a code, or it cannot be reached any more. */
export type EndReason = 'left' | 'unreachable' | ErrorCode;

/** A phrase that was sent and has not come back yet, or was refused. */
export interface PendingPhrase {
  readonly draftId: string;
  readonly text: string;
  readonly language: string;
  readonly failure: { readonly code: ErrorCode; readonly retryAfterMs?: number } | null;
}

/** All that a view shows of a room. Immutable: every change is a new object. */
export interface RoomState {
  readonly connection: ConnectionState;
  readonly endReason: EndReason | null;
  readonly roomId: RoomId | null;
  readonly roomName: string;
  readonly me: PeerInfo | null;
  /** Everyone in the room in order of arrival, oneself included. */
  readonly peers: readonly PeerInfo[];
  /** Oldest first. */
  readonly phrases: readonly Phrase[];
  readonly pendingPhrases: readonly PendingPhrase[];
  /** Whether a phrase can be sent this moment. */
  readonly canSendPhrases: boolean;
  readonly recording: RunningRecording | null;
  /** Why the last recording ended; null while none has. */
  readonly stopReason: StopReason | null;
  /** One's own answer to being recorded; null when there is nothing to answer. */
  readonly consent: Consent | null;
  /** How far the finalizer is with what was recorded, 0 to 1, for those who may see it. */
  readonly recordingProgress: Readonly<Record<RecordingId, number>>;
  /** Those that became ready while one was here, for who may see them. */
  readonly readyRecordings: readonly RecordingId[];
  /** Those whose files could not be made, for who may see them. */
  readonly failedRecordings: readonly RecordingId[];
  readonly activeSpeaker: PeerId | null;
  /** The browser wants a tap before it plays sound: offer `resumePlayback`. */
  readonly playbackBlocked: boolean;
  /** Milliseconds to add to Date.now() for the server's clock. */
  readonly serverClockOffsetMs: number;
}

export const INITIAL_ROOM_STATE: RoomState = {
  connection: 'connecting',
  endReason: null,
  roomId: null,
  roomName: '',
  me: null,
  peers: [],
  phrases: [],
  pendingPhrases: [],
  canSendPhrases: false,
  recording: null,
  stopReason: null,
  consent: null,
  recordingProgress: {},
  readyRecordings: [],
  failedRecordings: [],
  activeSpeaker: null,
  playbackBlocked: false,
  serverClockOffsetMs: 0,
};

/** The parts of a snapshot that the state shows as they are. */
export function fromSnapshot(state: RoomState, snapshot: RoomSnapshot): RoomState {
  return {
    ...state,
    roomId: snapshot.roomId,
    roomName: snapshot.roomName,
    me: snapshot.peers.find((peer) => peer.peerId === snapshot.you) ?? null,
    peers: snapshot.peers,
    phrases: snapshot.phrases,
    recording: snapshot.recording,
    consent: snapshot.consent,
    activeSpeaker: null,
    serverClockOffsetMs: snapshot.serverTime - Date.now(),
  };
}
