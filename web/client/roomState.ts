import {
  RoomSettingsSchema,
  can,
  type Consent,
  type ErrorCode,
  type HeardBy,
  type MicrophoneState,
  type Moderation,
  type PeerId,
  type PeerInfo,
  type Phrase,
  type RecordingId,
  type RoomId,
  type RoomSettings,
  type RoomSnapshot,
  type RunningRecording,
  type Speech,
  type StopReason,
  type UnspokenReason,
} from '#protocol';
import * as v from 'valibot';

/**
 * `waiting` is until a moderator lets one in; `reconnecting` keeps the last known room on screen; `ended`
 * is final.
 */
export type ConnectionState = 'connecting' | 'waiting' | 'connected' | 'reconnecting' | 'ended';

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
  /** On the way in, the server said to wait: it is tried again by itself. */
  readonly heldOff: boolean;
  readonly roomId: RoomId | null;
  readonly roomName: string;
  readonly settings: RoomSettings;
  /** The moderator who holds the room; null while there is none. */
  readonly host: PeerId | null;
  /** What moderators know beside the rest; null for the others. */
  readonly moderation: Moderation | null;
  /** Oneself, as the others see one. */
  readonly me: PeerInfo | null;
  /** One's own as one wants it, also where it is not connected. */
  readonly microphone: MicrophoneState;
  /**
   * Everyone in the room in order of arrival, oneself included; of who only listens none but those whom
   * `isShownToAudience` says, where one only listens oneself.
   */
  readonly peers: readonly PeerInfo[];
  /** Raised each time that one is told of others than before: who is not among them has not left. */
  readonly roster: number;
  /** How many only listen. */
  readonly audience: number;
  /** Who is heard in each slot of the stage, to who only listens. */
  readonly slots: readonly (PeerId | null)[];
  /** Oldest first. */
  readonly phrases: readonly Phrase[];
  readonly pendingPhrases: readonly PendingPhrase[];
  /** Whether a phrase can be sent this moment. */
  readonly canSendPhrases: boolean;
  /** Phrases go and come over the socket: their channel could not be opened. */
  readonly phrasesOnSocket: boolean;
  /** Where the numbers of the phrases began: with another one they begin anew. */
  readonly logId: string | null;
  /** What the room's voice does. */
  readonly speech: Speech;
  /** Languages that the server speaks phrases in. */
  readonly voices: readonly string[];
  /** To how many one's own phrases came, by their numbers. */
  readonly heardBy: Readonly<Record<number, HeardBy>>;
  /** Which of one's own phrases were shown but not spoken, and why. */
  readonly unspoken: Readonly<Record<number, UnspokenReason>>;
  /** Since when sound is of no use here (by Date.now()), and why; null while it is. */
  readonly soundLost: { readonly sinceMs: number; readonly reason: SoundLoss } | null;
  /** How long sound was gone when it came back the last time; null before. */
  readonly soundMissedMs: number | null;
  readonly recording: RunningRecording | null;
  /** Why the last recording ended; null while none has. */
  readonly stopReason: StopReason | null;
  /** One's own answer to being recorded; null when there is nothing to answer. */
  readonly consent: Consent | null;
  /** Of one's own refusal: whether it lets the recording say that one was there. */
  readonly named: boolean;
  /** How far the finalizer is with what was recorded, 0 to 1, for those who may see it. */
  readonly recordingProgress: Readonly<Record<RecordingId, number>>;
  /** Those that became ready while one was here, for who may see them. */
  readonly readyRecordings: readonly RecordingId[];
  /** Those whose files could not be made, for who may see them. */
  readonly failedRecordings: readonly RecordingId[];
  /** Why the room could not be recorded by itself, each time, for who may record. */
  readonly autoRecordFailures: readonly ErrorCode[];
  readonly activeSpeaker: PeerId | null;
  /** The browser wants a tap before it plays sound: offer `resumePlayback`. */
  readonly playbackBlocked: boolean;
  /** Milliseconds to add to Date.now() for the server's clock. */
  readonly serverClockOffsetMs: number;
}

/** `blocked`: no way through for it; `lossy`: too little of it arrives to be understood. */
export type SoundLoss = 'blocked' | 'lossy';

const SILENT: Speech = {
  approval: 'none',
  held: false,
  current: null,
  waiting: [],
  unapproved: [],
};

export const INITIAL_ROOM_STATE: RoomState = {
  connection: 'connecting',
  endReason: null,
  heldOff: false,
  roomId: null,
  roomName: '',
  settings: v.parse(RoomSettingsSchema, {}),
  host: null,
  moderation: null,
  me: null,
  microphone: 'none',
  peers: [],
  roster: 0,
  audience: 0,
  slots: [],
  phrases: [],
  pendingPhrases: [],
  canSendPhrases: false,
  phrasesOnSocket: false,
  logId: null,
  speech: SILENT,
  voices: [],
  heardBy: {},
  unspoken: {},
  soundLost: null,
  soundMissedMs: null,
  recording: null,
  stopReason: null,
  consent: null,
  named: false,
  recordingProgress: {},
  readyRecordings: [],
  failedRecordings: [],
  autoRecordFailures: [],
  activeSpeaker: null,
  playbackBlocked: false,
  serverClockOffsetMs: 0,
};

/** What a snapshot says of the room of somebody who was never quite gone: their phrases go on by themselves. */
export function fromResumed(state: RoomState, snapshot: RoomSnapshot): RoomState {
  const { phrases, activeSpeaker } = state;
  return { ...fromSnapshot(state, snapshot), phrases, activeSpeaker };
}

/** The parts of a snapshot that the state shows as they are. */
export function fromSnapshot(state: RoomState, snapshot: RoomSnapshot): RoomState {
  return {
    ...state,
    heldOff: false,
    roomId: snapshot.roomId,
    roomName: snapshot.roomName,
    settings: snapshot.settings,
    host: snapshot.host,
    moderation: snapshot.moderation,
    me: snapshot.peers.find((peer) => peer.peerId === snapshot.you) ?? null,
    peers: snapshot.peers,
    audience: snapshot.audience,
    slots: snapshot.slots,
    phrases: sinceBefore(state, snapshot),
    logId: snapshot.logId,
    ...(state.logId !== snapshot.logId && { heardBy: {}, unspoken: {} }),
    speech: snapshot.speech,
    voices: snapshot.voices,
    recording: snapshot.recording,
    // Why one ended that one did not see the end of, nobody says.
    ...(state.recording?.recordingId !== snapshot.recording?.recordingId && { stopReason: null }),
    consent: snapshot.consent,
    activeSpeaker: null,
    serverClockOffsetMs: snapshot.serverTime - Date.now(),
  };
}

/** Whether one is on stage oneself: who is hears every microphone there, and an audience the slots. */
export function isOnStage({ me }: Pick<RoomState, 'me'>): boolean {
  return me !== null && can(me.role, 'speak');
}

/** An open microphone sends all the time, if little of silence; an audience hears those in the slots. */
export function isSoundExpected(state: RoomState): boolean {
  const { peers, me, slots } = state;
  const hearsAll = isOnStage(state);
  return peers.some(
    ({ peerId, microphone }) =>
      microphone === 'open' && peerId !== me?.peerId && (hearsAll || slots.includes(peerId)),
  );
}

/** Sound is lost for that reason, or with null of use again. */
export function withSound({ soundLost }: RoomState, reason: SoundLoss | null): Partial<RoomState> {
  const nowMs = Date.now();
  if (reason) return { soundLost: { sinceMs: soundLost?.sinceMs ?? nowMs, reason } };
  return { soundLost: null, soundMissedMs: soundLost && nowMs - soundLost.sinceMs };
}

/**
 * The phrases that were here before, and those of a snapshot that follow them. Where some between
 * are missing, only the former: the rest are fetched.
 */
function sinceBefore(state: RoomState, { logId, phrases }: RoomSnapshot): readonly Phrase[] {
  const last = state.phrases.at(-1)?.seq;
  const first = phrases[0]?.seq;
  if (state.logId !== logId || last === undefined || first === undefined) return phrases;
  if (first > last + 1) return state.phrases;
  return [...state.phrases, ...phrases.filter(({ seq }) => seq > last)];
}
