import type {
  CreateShare,
  InvitationId,
  Manifest,
  PeerId,
  Phrasebook,
  RecordingFile,
  RecordingId,
  RecordingSummary,
  Role,
  RoomId,
  RunningRecording,
  ShareId,
  SharePermission,
  StopReason,
} from '#protocol';

// What is kept of recordings, which are played, shared, deleted, told of; and phrasebooks. Part of
// ports.ts, which exports all of it.

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
