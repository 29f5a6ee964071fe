import type { InvitationId, PeerId, Phrase, RoomId, RoomSettings, Speech } from '#protocol';
import type { Ban } from '../domain/bans.ts';
import type { NewInvitation, StoredInvitation } from '../domain/invitations.ts';
import type { Standing } from '../domain/standings.ts';

// What is kept of rooms: those that are open, every one there is with the ways into it, and bans. Part of
// ports.ts, which exports all of it.

/** What outlives the server's process of the rooms that are open when it ends. */
export interface RoomStore {
  /** As a room opens. `kept` is of a room that was open when an earlier run ended, and empty for others. */
  open(roomId: RoomId): { memory: RoomMemory; kept: KeptRoom };
  /** Of a room that is not open. */
  standingOf(roomId: RoomId, peerId: PeerId): Standing;
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
