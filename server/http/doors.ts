import { ProtocolError, can, type PeerId, type Right, type Role, type RoomId } from '#protocol';
import type { FastifyRequest } from 'fastify';
import { refuseBanned } from '../domain/bans.ts';
import { requireGood, type StoredInvitation } from '../domain/invitations.ts';
import type {
  BanBook,
  Clock,
  Holder,
  Identity,
  OpenRooms,
  RoomBook,
  RoomDirectory,
  RoomRecord,
  Tokens,
} from '../session/ports.ts';

// A token says who somebody was when it was signed. What they may do now is asked of the book and of
// the rooms, in one place for all of HTTP.

export interface Doors {
  readonly tokens: Tokens;
  readonly book: RoomBook;
  readonly bans: BanBook;
  readonly rooms: OpenRooms;
  readonly clock: Clock;
  /** Says whether the room is here; nothing is asked of the others before. */
  readonly directory: RoomDirectory;
}

/** In a request that another server sent here: this one is to have the room where nobody has it. */
const SENT_HEADER = 'cora-sent';

export interface RoomParams {
  Params: { roomId: string };
}

type RoomRequest = Pick<FastifyRequest<RoomParams>, 'headers' | 'params'>;

/** Who asks, and what for: the name is empty of whoever shows an invitation, which names nobody. */
export interface Caller extends Holder {
  readonly displayName: string;
  /** At this moment. */
  readonly role: Role;
}

/**
 * Where an invitation leads that is good now.
 * @throws ProtocolError UNAUTHORIZED also when it is for another room, or its room is no more; TOKEN_EXPIRED,
 * INVITATION_REVOKED, and as `RoomDirectory.requireHere`
 */
export async function invitationOf(
  request: RoomRequest,
  { tokens, book, clock, directory }: Doors,
): Promise<{ room: RoomRecord; invitation: StoredInvitation }> {
  const { roomId, invitationId } = await tokens.verifyInvitation(bearerToken(request));
  await requireThisRoom(roomId, request, directory);
  const room = book.find(roomId);
  const invitation = room && book.invitation(roomId, invitationId);
  requireGood(invitation, clock.wallMs());
  if (!room) throw new ProtocolError('UNAUTHORIZED', 'no such invitation');
  return { room, invitation };
}

/**
 * Whoever has a good invitation to the room, or an access token.
 * @throws ProtocolError UNAUTHORIZED, and as `roleOf`
 */
export async function callerOf(request: RoomRequest, doors: Doors): Promise<Caller> {
  const identity = await identityOf(bearerToken(request), doors.tokens);
  if (identity) {
    const { roomId, peerId, invitationId, displayName, role: invitedAs } = identity;
    await requireThisRoom(roomId, request, doors.directory);
    const holder = { roomId, peerId, invitationId, invitedAs };
    return { ...holder, displayName, role: roleOf(holder, doors) };
  }
  const { room, invitation } = await invitationOf(request, doors);
  const { invitationId, role } = invitation;
  const holder = { roomId: room.roomId, peerId: null, invitationId, invitedAs: role };
  return { ...holder, displayName: '', role };
}

/**
 * The role that somebody has now. One whose invitation has ended since is heard as long as the room
 * knows them.
 * @throws ProtocolError UNAUTHORIZED, TOKEN_EXPIRED, INVITATION_REVOKED, or what a ban says
 */
export function roleOf(holder: Holder, doors: Doors): Role {
  const { roomId, peerId, invitationId, invitedAs } = holder;
  const { book, rooms, clock } = doors;
  if (peerId !== null) requireNotBanned(roomId, peerId, doors);
  if (peerId === null || !rooms.knows({ roomId, peerId, invitationId })) {
    requireGood(book.invitation(roomId, invitationId), clock.wallMs());
  }
  return peerId === null ? invitedAs : rooms.roleOf({ roomId, peerId, role: invitedAs });
}

/**
 * Somebody with a right: a moderator deals with recordings and invitations without entering the room.
 * @throws ProtocolError FORBIDDEN, and as `callerOf`
 */
export async function callerWith(
  right: Right,
  request: RoomRequest,
  doors: Doors,
): Promise<Caller> {
  const caller = await callerOf(request, doors);
  requireRight(right, caller.role);
  return caller;
}

/** @throws ProtocolError FORBIDDEN */
export function requireRight(right: Right, role: Role): void {
  if (!can(role, right)) throw new ProtocolError('FORBIDDEN', 'this role may not do that');
}

/** @throws ProtocolError what a ban says */
export function requireNotBanned(roomId: RoomId, peerId: PeerId, { bans, clock }: Doors): void {
  const nowMs = clock.wallMs();
  refuseBanned(bans.banOf(roomId, peerId, nowMs), nowMs);
}

/** The bearer token of a request (RFC 6750 section 2.1). @throws ProtocolError UNAUTHORIZED */
export function bearerToken(request: Pick<FastifyRequest, 'headers'>): string {
  const token = /^Bearer ([\w.-]{1,4096})$/.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new ProtocolError('UNAUTHORIZED', 'no bearer token');
  return token;
}

/** Null for what is no access token. @throws ProtocolError TOKEN_EXPIRED for one that was */
async function identityOf(token: string, tokens: Tokens): Promise<Identity | null> {
  try {
    return await tokens.verifyAccess(token);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'UNAUTHORIZED') return null;
    throw error;
  }
}

/** The room that a token is for is the one that is asked for, and is here. */
async function requireThisRoom(
  roomId: RoomId,
  { params, headers }: RoomRequest,
  directory: RoomDirectory,
): Promise<void> {
  if (roomId !== params.roomId) {
    throw new ProtocolError('UNAUTHORIZED', 'the token is for another room');
  }
  await directory.requireHere(roomId, { wasSent: SENT_HEADER in headers });
}
