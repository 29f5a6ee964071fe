import type {
  ConnectionTest,
  IceServer,
  InputOf,
  InvitationId,
  OutputOf,
  PeerId,
  Phrase,
  ProbeConnected,
  ProbeEnds,
  ProbeTally,
  ProducerId,
  RecordingId,
  Role,
  RoomId,
  ServerNotificationName,
  ServerNotifications,
  ServerRequests,
  StopReason,
} from '#protocol';
import type * as v from 'valibot';
import type { ConsentEntry } from '../domain/consent.ts';
import type { AudioSink } from './mediaPorts.ts';
import type { StoredInvitation } from '../domain/invitations.ts';
import type { RecordingTicket, ShareClaim, StoredShare } from './libraryPorts.ts';

export type * from './clusterPorts.ts';
export type * from './libraryPorts.ts';
export type * from './roomPorts.ts';
export * from './mediaPorts.ts';

// What the use cases need from the outside world, declared by them. In-memory fakes of these make
// every rule testable; main.ts hands in the real ones.

/** Time and ids, so that a test can say what they are. */
export interface Clock {
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Milliseconds on a clock that never jumps; its origin means nothing. */
  monotonicMs(): number;
  /** Calls `act` once, `ms` milliseconds from now, unless what it returns is called before. */
  after(ms: number, act: () => void): () => void;
}

/** Who a socket belongs to, as its signed token says. */
export interface Identity {
  readonly roomId: RoomId;
  readonly peerId: PeerId;
  readonly displayName: string;
  /** The invitation's. A moderator of the room may have given another. */
  readonly role: Role;
  /** What they came with. */
  readonly invitationId: InvitationId;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What a link carries: the right to enter a room in a role, as long as the room's book says so too. */
export interface Invitation {
  readonly roomId: RoomId;
  readonly invitationId: InvitationId;
  readonly role: Role;
}

export interface SignedAccess {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Every `verify` rejects with ProtocolError UNAUTHORIZED or TOKEN_EXPIRED. */
export interface Tokens {
  /** The same token whenever the same invitation is signed, until the key is another. */
  signInvitation(roomId: RoomId, invitation: StoredInvitation): Promise<string>;
  verifyInvitation(token: string): Promise<Invitation>;
  signAccess(identity: Omit<Identity, 'expiresAt'>): Promise<SignedAccess>;
  verifyAccess(token: string): Promise<Identity>;
  signTicket(ticket: RecordingTicket): Promise<string>;
  verifyTicket(token: string): Promise<RecordingTicket>;
  /** The same token whenever the same share is signed. */
  signShare(claim: ShareClaim, share: StoredShare): Promise<string>;
  verifyShare(token: string): Promise<ShareClaim>;
}

/** What the doors of HTTP ask of the rooms that are open. */
export interface OpenRooms {
  /** What can be told about a room without being in it. */
  status(roomId: RoomId): { peerCount: number; recording: boolean };
  /** The role that somebody has now: their invitation's, or another that a moderator gave them. */
  roleOf(identity: Pick<Identity, 'roomId' | 'peerId' | 'role'>): Role;
  /** Whether somebody is in a room, or was and may come back whatever became of their invitation. */
  knows(identity: Pick<Identity, 'roomId' | 'peerId' | 'invitationId'>): boolean;
  /** Takes everybody out of a room who came with this invitation, but for one. */
  endAdmitted(roomId: RoomId, invitationId: InvitationId, except: PeerId | null): void;
}

/** What browsers get through firewalls with. */
export interface IceServers {
  /** STUN and TURN servers with credentials made now, which start nothing after some minutes. */
  for(peerId: PeerId): IceServer[];
}

/** Connection tests, as the door of HTTP sees them. */
export interface ConnectionTestDesk {
  /**
   * Begins one, which ends by itself after 10 s.
   * @param who.address where it is asked from
   * @throws ProtocolError RATE_LIMITED with the milliseconds after which there may be a place
   */
  open(who: { roomId: RoomId; role: Role; address: string }): Promise<ConnectionTest>;
  /** @throws ProtocolError NOT_FOUND, or WRONG_STATE the second time */
  connect(roomId: RoomId, testId: string, ends: ProbeEnds): Promise<ProbeConnected>;
  /** Ends it. @throws ProtocolError NOT_FOUND */
  close(roomId: RoomId, testId: string): ProbeTally;
}

/** A client did not answer in time, which does not mean that it did not do what it was asked. */
export class AckTimeout extends Error {
  override readonly name = 'AckTimeout';
}

/** One client's signalling connection. */
export interface ClientChannel {
  /** Rejects with AckTimeout, or with another Error when the client refuses or answers nonsense. */
  request<Name extends keyof ServerRequests>(
    name: Name,
    input: InputOf<ServerRequests[Name]>,
  ): Promise<OutputOf<ServerRequests[Name]>>;
  notify<Name extends ServerNotificationName>(
    name: Name,
    body: v.InferInput<ServerNotifications[Name]>,
    newsNumber?: number,
  ): void;
  /** Notifies several clients, this one among them, at the cost of writing it down once. */
  notifyAll<Name extends ServerNotificationName>(
    channels: readonly ClientChannel[],
    name: Name,
    body: v.InferInput<ServerNotifications[Name]>,
  ): void;
  /** Idempotent. */
  close(): void;
}

/** Captures rooms. Admitted to a room as a listener like any other. */
export interface Recorder {
  /** Rejects with ProtocolError STORAGE_FAILED when the recording cannot be written. */
  start(options: {
    recordingId: RecordingId;
    roomId: RoomId;
    roomName: string;
    startedBy: string;
    events: RecordingEvents;
  }): Promise<ActiveRecording>;
}

export interface RecordingEvents {
  /** The disk stalled or is full: what was captured so far is kept and finalised, nothing more comes. */
  failed(): void;
  /** How far the finalizer is, 0 to 1; at most twice a second. */
  progress(fraction: number): void;
  /** The finalizer has written the manifest, or has given up. */
  finalized(outcome: 'ready' | 'failed'): void;
}

export interface ActiveRecording {
  /** A new track for every Producer: a republished microphone gets its own, of the same peer. */
  addTrack(options: { peerId: PeerId; displayName: string; producerId: ProducerId }): RecordedTrack;
  phrase(phrase: Phrase): void;
  /** The server begins to speak a phrase, for so long: its caption stands then. */
  spoken(seq: number, durationMs: number): void;
  /** Somebody was asked whether they may be recorded. Told once a person. */
  asked(peerId: PeerId): void;
  /** An answer to that, for the log that is kept with the recording. */
  consent(entry: ConsentEntry): void;
  /**
   * Stops the recording's clock until `resume`: what comes between is not part of it. Tracks are
   * ended before and added anew after. Without effect when paused already.
   */
  pause(): void;
  resume(): void;
  /** Nothing can be captured from here until the next track begins: the media side died. */
  interrupt(): void;
  /** Marks this moment. The label may be empty. */
  marker(label: string): void;
  /** Resolves when everything captured is safe on disk; finalising goes on behind. Idempotent. */
  stop(reason: StopReason): Promise<void>;
}

export interface RecordedTrack extends AudioSink {
  setMuted(muted: boolean): void;
  /** Idempotent. */
  end(): void;
}

/** Reads phrases aloud, away from the event loop. */
export interface SpeechEngine {
  /** What it speaks, without regions (RFC 5646): for people to be told. At most 200. */
  readonly languages: readonly string[];
  /** Whether there is a voice for this language (RFC 5646), or one close to it. */
  speaks(language: string): boolean;
  /**
   * Rejects when it could not be said, or not within the engine's patience. One at a time or several:
   * the engine's matter.
   */
  say(request: SpeechRequest): Promise<SpokenSound>;
  /** Idempotent. Ends its processes. */
  close(): Promise<void>;
}

export interface SpeechRequest {
  readonly text: string;
  readonly language: string;
  /** Which of VOICES voices that can be told apart, from 0. */
  readonly voice: number;
}

export interface SpokenSound {
  /** Opus, 20 ms each, 48 kHz, mono (RFC 6716). */
  readonly packets: readonly Uint8Array[];
  /** When each word begins, in order: UTF-16 index in the text, ms from the start. May be empty. */
  readonly words: readonly { readonly index: number; readonly atMs: number }[];
}

/** The log of lifecycle transitions. Never given a token, a full address or what people wrote. */
export interface Log {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
  error(facts: Readonly<Record<string, unknown>>, message: string): void;
}
