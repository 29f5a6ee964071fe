import type {
  CreateShare,
  InvitationId,
  Manifest,
  PeerId,
  Phrase,
  Phrasebook,
  RecordingFile,
  RecordingId,
  RecordingSummary,
  Role,
  RoomId,
  RoomSettings,
  RunningRecording,
  ShareId,
  SharePermission,
  Speech,
  StopReason,
} from '#protocol';
import type { Ban } from '../domain/bans.ts';
import type { NewInvitation, StoredInvitation } from '../domain/invitations.ts';
import type { Standing } from '../domain/standings.ts';

// What is kept: recordings, which are played, shared, deleted, told of; phrasebooks; open rooms; and
// bans. Part of ports.ts, which exports all of it.

/** Who shows something signed: somebody, or an invitation, which names nobody. */
export interface Holder {
  readonly roomId: RoomId;
  readonly peerId: PeerId | null;
  readonly invitationId: InvitationId;
  /** The invitation's role. A moderator of the room may have given another. */
  readonly invitedAs: Role;
}

/** The right to fetch one recording's files, for addresses that cannot carry headers. */
export interface RecordingTicket {
  readonly roomId: RoomId;
  readonly recordingId: RecordingId;
  readonly permission: SharePermission;
  /** The share it came with, or the moderator who asked for it. It ends with what they may. */
  readonly givenTo: Pick<ShareClaim, 'shareId'> | Omit<Holder, 'roomId'>;
}

/** What the token in a share's link says. */
export interface ShareClaim {
  readonly roomId: RoomId;
  readonly recordingId: RecordingId;
  readonly shareId: ShareId;
}

/** A share as it is kept; its token is signed anew whenever it is shown. Times in ms since 1970. */
export interface StoredShare {
  readonly shareId: ShareId;
  readonly permission: SharePermission;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** The shares that have neither expired nor been revoked. Unknown recordings have none. */
export interface ShareBook {
  /** @throws ProtocolError LIMIT_REACHED, or STORAGE_FAILED when it cannot be kept */
  add(recordingId: RecordingId, share: CreateShare): Promise<StoredShare>;
  /** Oldest first. */
  list(recordingId: RecordingId): Promise<StoredShare[]>;
  find(recordingId: RecordingId, shareId: ShareId): Promise<StoredShare | null>;
  /** False when there is no such share. @throws ProtocolError STORAGE_FAILED */
  revoke(recordingId: RecordingId, shareId: ShareId): Promise<boolean>;
}

/** Both ends included, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface StoredFile {
  readonly file: RecordingFile;
  /** Null when the file is gone. To be read to its end or destroyed. */
  read(range: ByteRange | null): Promise<NodeJS.ReadableStream | null>;
}

export interface FoundRecording {
  readonly summary: RecordingSummary;
  readonly manifest: Manifest | null;
}

/** Who deletes a recording; the name stands in its tombstone. */
export type DeletedBy =
  { readonly by: 'moderator'; readonly name: string } | { readonly by: 'retention' };

/** What has been recorded, for the pages that list and play it. Unknown ids give null. */
export interface RecordingLibrary {
  /** Newest first. */
  list(roomId: RoomId): Promise<RecordingSummary[]>;
  get(roomId: RoomId, recordingId: RecordingId): Promise<FoundRecording | null>;
  /** A file that this manifest of a recording names, by the path in it. */
  openFile(manifest: Manifest, path: string): Promise<StoredFile | null>;
  /** All files that this manifest names, as one ZIP. */
  openArchive(manifest: Manifest): Promise<NodeJS.ReadableStream>;
  /**
   * Deletes a recording, its shares too; a tombstone stays. False when there is none in that room.
   * @throws ProtocolError RECORDING_STATE while it runs or is being finalised
   */
  delete(roomId: RoomId, recordingId: RecordingId, deletedBy: DeletedBy): Promise<boolean>;
}

/** Starts and stops recordings of open rooms from outside of them. */
export interface RecordingControl {
  /** @throws ProtocolError NOT_FOUND when the room is not open, RECORDING_STATE, STORAGE_FAILED */
  startRecording(roomId: RoomId, startedBy: string): Promise<RunningRecording>;
  /**
   * Resolves when what was captured is safe.
   * @throws ProtocolError RECORDING_STATE when it is not this recording that runs in the room
   */
  stopRecording(roomId: RoomId, recordingId: RecordingId): Promise<void>;
}

interface AboutRecording {
  readonly recordingId: RecordingId;
  readonly roomId: RoomId;
}

/** What happened to a recording, for whoever is to be told outside of its room. */
export type RecordingNewsItem =
  | (AboutRecording & { readonly event: 'recording.started'; readonly startedBy: string })
  | (AboutRecording & { readonly event: 'recording.stopped'; readonly reason: StopReason })
  | (AboutRecording & { readonly event: 'recording.ready' })
  | (AboutRecording & { readonly event: 'recording.failed' });

export interface RecordingNews {
  /** Returns what ends the subscription. */
  subscribe(listener: (item: RecordingNewsItem) => void): () => void;
}

/** To be read to its end or destroyed. */
export interface ByteStream extends NodeJS.ReadableStream {
  destroy(): unknown;
}

/** Where finished files are kept when they are not kept on this machine's disk. */
export interface ObjectStore {
  /**
   * Copies a local file there, whole or not at all, in place of what was there. Rejects when it
   * could not be done or, at its next step, once `signal` is aborted.
   */
  put(
    key: string,
    file: { localPath: string; mimeType: string; signal: AbortSignal },
  ): Promise<void>;
  /** Null when there is no such object. Rejects when that cannot be told. */
  read(key: string, range: ByteRange | null): Promise<ByteStream | null>;
  /** Removes every object below `prefix`, and uploads that were left half-way. */
  removeAll(prefix: string): Promise<void>;
}

/** The phrases that rooms ship for everybody in them to say. */
export interface PhrasebookStore {
  /** Null when the room ships none. */
  get(roomId: RoomId): Promise<Phrasebook | null>;
  /**
   * Keeps it in place of what was there; null takes that away.
   * @throws ProtocolError STORAGE_FAILED when it cannot be kept
   */
  put(roomId: RoomId, phrasebook: Phrasebook | null): Promise<void>;
}

/** What outlives the server's process of the rooms that are open when it ends. */
export interface RoomStore {
  /** As a room opens. `kept` is of a room that was open when an earlier run ended, and empty for others. */
  open(roomId: RoomId): { memory: RoomMemory; kept: KeptRoom };
}

export interface KeptRoom {
  /** The last PHRASE_LOG of them, oldest first. */
  readonly phrases: readonly Phrase[];
  /** Null where no moderator changed anything. */
  readonly speech: KeptSpeech | null;
  /** What moderators made of people. */
  readonly standings: ReadonlyMap<PeerId, Standing>;
}

/** What a moderator makes of a room's voice. */
export type KeptSpeech = Pick<Speech, 'approval' | 'held'>;

/** One open room's place in the store. */
export interface RoomMemory {
  /** Where the numbers of its phrases begin. */
  readonly logId: string;
  /**
   * What it returned from outlives the process.
   * @throws ProtocolError STORAGE_FAILED: then the phrase was not said
   */
  keepPhrase(phrase: Phrase): void;
  /** What cannot be kept is lost with the process: a moderator need not wait for a disk. */
  keepSpeech(speech: KeptSpeech): void;
  /** As `keepSpeech`. */
  keepStanding(peerId: PeerId, standing: Standing): void;
  /** Everybody has left: nobody who comes later finds any of it. */
  forget(): void;
  /** The room ends and may be opened again as it was. */
  release(): void;
}

/** How a room is, whoever is in it. */
export interface RoomRecord {
  readonly roomId: RoomId;
  readonly roomName: string;
  readonly settings: RoomSettings;
}

/**
 * Every room there is, with the ways into it: what was written outlives the process and a loss of
 * power. A room is there until its last invitation has ended for a month.
 */
export interface RoomBook {
  /** Makes a room with its first invitations. @throws ProtocolError STORAGE_FAILED */
  create(room: RoomRecord, invitations: readonly NewInvitation[]): void;
  /** Null where there is no such room, or none any more. */
  find(roomId: RoomId): RoomRecord | null;
  /** Keeps a room as it is now. @throws ProtocolError STORAGE_FAILED */
  put(room: RoomRecord): void;
  /** @throws ProtocolError LIMIT_REACHED beyond MAX_INVITATIONS good ones, STORAGE_FAILED */
  invite(roomId: RoomId, invitation: NewInvitation): void;
  /** The newest first, those that ended in the last month among them. */
  invitations(roomId: RoomId): StoredInvitation[];
  invitation(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null;
  /**
   * Counts somebody who comes in, the same person once.
   * @throws ProtocolError INVITATION_USED when it is for no more, STORAGE_FAILED; as `requireGood`
   */
  use(roomId: RoomId, invitationId: InvitationId, peerId: PeerId): void;
  /** Null where there is no such invitation. @throws ProtocolError STORAGE_FAILED */
  revoke(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null;
}

/** Who may not come into which room, and until when. It outlives the server's process. */
export interface BanBook {
  /**
   * Without effect where one that lasts longer stands. One that cannot be kept holds until the server
   * ends.
   */
  ban(ban: Ban): void;
  /** The one that stands at that moment, by `Clock.wallMs`. */
  banOf(roomId: RoomId, peerId: PeerId, wallMs: number): Ban | null;
  /** A moderator's, of one room, that stand: the newest first, at most MAX_BANS. */
  banned(roomId: RoomId, wallMs: number): Ban[];
  /** Takes a moderator's ban back. Without effect where there is none. */
  lift(roomId: RoomId, peerId: PeerId): void;
}
