import type { InvitationId, PeerId, RoomId } from '#protocol';
import type { NewInvitation, StoredInvitation } from '../domain/invitations.ts';
import type { RoomBook, RoomRecord } from '../session/ports.ts';
import type { RedisDirectory } from './redisDirectory.ts';
import { putCreated, putInvitation, putRecord, putUse, type Command } from './roomCommands.ts';

/** This server's book, whose changes other servers find when they take a room. */
export class SharedBook implements RoomBook {
  readonly #own: RoomBook;
  readonly #directory: RedisDirectory;

  constructor(own: RoomBook, directory: RedisDirectory) {
    this.#own = own;
    this.#directory = directory;
  }

  create(room: RoomRecord, invitations: readonly NewInvitation[]): void {
    const { roomId } = room;
    this.#own.create(room, invitations);
    this.#directory.begin(roomId);
    const createdAt = invitations[0]?.createdAt ?? 0;
    const kept = this.#own.invitations(roomId).map(putInvitation);
    this.#write(roomId, putRecord(room), putCreated(createdAt), ...kept);
  }

  find(roomId: RoomId): RoomRecord | null {
    return this.#own.find(roomId);
  }

  put(room: RoomRecord): void {
    this.#own.put(room);
    this.#write(room.roomId, putRecord(room));
  }

  invite(roomId: RoomId, invitation: NewInvitation): void {
    this.#directory.requireAwake(roomId);
    this.#own.invite(roomId, invitation);
    this.#writeInvitation(roomId, invitation.invitationId);
  }

  invitations(roomId: RoomId): StoredInvitation[] {
    return this.#own.invitations(roomId);
  }

  invitation(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    return this.#own.invitation(roomId, invitationId);
  }

  use(roomId: RoomId, invitationId: InvitationId, peerId: PeerId): void {
    this.#directory.requireAwake(roomId);
    this.#own.use(roomId, invitationId, peerId);
    this.#writeInvitation(roomId, invitationId, putUse(invitationId, peerId));
  }

  revoke(roomId: RoomId, invitationId: InvitationId): StoredInvitation | null {
    this.#directory.requireAwake(roomId);
    const revoked = this.#own.revoke(roomId, invitationId);
    if (revoked) this.#write(roomId, putInvitation(revoked));
    return revoked;
  }

  #writeInvitation(roomId: RoomId, invitationId: InvitationId, ...more: Command[]): void {
    const kept = this.#own.invitation(roomId, invitationId);
    if (kept) this.#write(roomId, putInvitation(kept), ...more);
  }

  #write(roomId: RoomId, ...commands: Command[]): void {
    this.#directory.room(roomId)?.write(...commands);
  }
}
