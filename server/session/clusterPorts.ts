import type { InvitationId, PeerId, Phrase, RoomId } from '#protocol';
import type { Ban } from '../domain/bans.ts';
import type { StoredInvitation } from '../domain/invitations.ts';
import type { Standing } from '../domain/standings.ts';
import type { BanBook, KeptSpeech, RoomBook, RoomRecord, RoomStore } from './roomPorts.ts';

// Rooms that several servers share, each of which one server has at a time. Part of ports.ts, which
// exports all of it.

/** Says which server has a room. */
export interface RoomDirectory {
  /**
   * Makes sure that this server has the room, and takes it where no server does and this one is to: then all
   * that is kept of it is here when it resolves.
   * @param wasSent whether another server said that this one is to have it
   * @throws ProtocolError ROOM_ELSEWHERE, or SERVER_STOPPING where it cannot be told now
   */
  requireHere(roomId: RoomId, options?: { readonly wasSent?: boolean }): Promise<void>;
  /**
   * Before anything is done in a room that is here.
   * @throws ProtocolError SERVER_STOPPING where another server may have taken it meanwhile: this process
   * slept, and has not asked yet
   */
  requireAwake(roomId: RoomId): void;
  /** Takes a room that is made now: no other server knows of it. */
  begin(roomId: RoomId): void;
  /** Origins of the servers that browsers go to; the others first. Empty where there is one server alone. */
  readonly origins: readonly string[];
  /** Origins of the pages that any of the servers takes people from. */
  readonly pages: readonly string[];
}

/** What is kept of rooms on this server, and with it of those that are here for all servers. */
export interface KeptRooms {
  readonly book: RoomBook;
  readonly bans: BanBook;
  readonly store: RoomStore;
}

/** All that is kept of one room, open or not. */
export interface RoomCopy {
  readonly record: RoomRecord;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** In order of their making. */
  readonly invitations: readonly StoredInvitation[];
  readonly uses: readonly InvitationUse[];
  readonly bans: readonly Ban[];
  /** Null of a room in which nobody is, or was when its server ended. */
  readonly open: OpenCopy | null;
}

export interface InvitationUse {
  readonly invitationId: InvitationId;
  readonly peerId: PeerId;
}

export interface OpenCopy {
  readonly logId: string;
  readonly speech: KeptSpeech | null;
  /** Oldest first. */
  readonly phrases: readonly Phrase[];
  readonly standings: readonly (readonly [PeerId, Standing])[];
}

/** Takes rooms out of this server's own store whole, and puts them in. */
export interface RoomTransfer {
  /** Null where there is no such room. */
  read(roomId: RoomId): RoomCopy | null;
  /** In place of what there was. @throws ProtocolError STORAGE_FAILED: then nothing was written */
  replace(copy: RoomCopy): void;
}

/** Questions from server to server, of those that share rooms. */
export interface NodeLine {
  /** Other servers that people can be sent to, the one with the fewest first. Empty where nobody can be asked. */
  readonly others: readonly string[];
  /** Rejects where it refuses, or does not answer in time. */
  ask(nodeId: string, name: string, body: unknown): Promise<unknown>;
  /** Says something that is not answered, and may be lost. */
  tell(nodeId: string, name: string, body: unknown): void;
  /** What others ask and tell; an unknown name is refused. */
  answer(name: string, answer: NodeAnswer): void;
  /** Calls `gone` once, when that server is no more: not while nobody can tell. Returns what ends that. */
  watch(nodeId: string, gone: () => void): () => void;
}

/** Given who asks, which is one of the servers. What it throws is told as a refusal. */
export type NodeAnswer = (body: unknown, from: string) => unknown;
