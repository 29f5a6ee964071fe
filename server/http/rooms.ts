import {
  CreateRoomSchema,
  EmptySchema,
  EnterRoomSchema,
  PHRASEBOOK_MAX_BYTES,
  ProtocolError,
  ROLES,
  can,
  type Entered,
  type PeerId,
  type RoomCreated,
  type RoomId,
  type RoomInfo,
} from '#protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { EntranceLimits } from '../domain/entranceLimits.ts';
import type { Clock, Invitation, PhrasebookStore, Tokens } from '../session/ports.ts';
import { parse } from './errors.ts';

/** The name and the settings stand beside the phrasebook. */
const CREATE_MAX_BYTES = PHRASEBOOK_MAX_BYTES + 4_096;

export interface RoomRoutes {
  readonly tokens: Tokens;
  readonly phrasebooks: PhrasebookStore;
  readonly makeRoomId: () => RoomId;
  readonly makePeerId: () => PeerId;
  /** Whether this server takes people in: it may be about to end. */
  readonly isReady: () => boolean;
  readonly roomStatus: (roomId: RoomId) => { peerCount: number; recording: boolean };
  /** Whom a request counts for, as sockets do. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly clock: Clock;
}

/**
 * Creating a room, looking at one, entering one. A room needs no storage, its links are signed; only
 * the phrases that it ships are kept.
 */
export function addRoomRoutes(app: FastifyInstance, options: RoomRoutes): void {
  const { tokens, phrasebooks, makeRoomId, makePeerId, isReady, roomStatus } = options;
  const limits = new EntranceLimits(Math.random);

  /** @throws ProtocolError RATE_LIMITED */
  const count = (what: 'enter' | 'makeRoom', { raw }: FastifyRequest) => {
    const nowMs = options.clock.monotonicMs();
    const retryAfterMs = limits.take(what, options.addressOf(raw), nowMs);
    if (retryAfterMs === 0) return;
    throw new ProtocolError('RATE_LIMITED', 'many at this address', { retryAfterMs });
  };

  const create = { bodyLimit: CREATE_MAX_BYTES };
  app.post('/api/rooms', create, async (request, reply): Promise<RoomCreated> => {
    const { roomName, settings, phrasebook } = parse(CreateRoomSchema, request.body);
    if (!isReady()) throw new ProtocolError('SERVER_STOPPING', 'the server is stopping');
    count('makeRoom', request);
    const roomId = makeRoomId();
    if (phrasebook) await phrasebooks.put(roomId, phrasebook);
    reply.status(201);
    return invitationsTo({ roomId, roomName, settings }, tokens);
  });

  app.post<RoomParams>(
    '/api/rooms/:roomId/invitations',
    async (request, reply): Promise<RoomCreated> => {
      parse(EmptySchema, request.body);
      const { role, ...room } = await invitationOf(request, tokens);
      if (!can(role, 'invite')) throw new ProtocolError('FORBIDDEN', 'this role invites nobody');
      reply.status(201);
      return invitationsTo(room, tokens);
    },
  );

  app.get<RoomParams>('/api/rooms/:roomId', async (request): Promise<RoomInfo> => {
    const invitation = await invitationOf(request, tokens);
    return { ...invitation, ...roomStatus(invitation.roomId) };
  });

  app.post<RoomParams>('/api/rooms/:roomId/peers', async (request, reply): Promise<Entered> => {
    const { displayName } = parse(EnterRoomSchema, request.body);
    // Who has no invitation takes nothing from their neighbours.
    const invitation = await invitationOf(request, tokens);
    count('enter', request);
    const peerId = makePeerId();
    const accessToken = await tokens.signAccess({ ...invitation, peerId, displayName });
    reply.status(201);
    return { accessToken, peerId, role: invitation.role, roomName: invitation.roomName };
  });
}

export interface RoomParams {
  Params: { roomId: string };
}

async function invitationsTo(room: Omit<Invitation, 'role'>, tokens: Tokens): Promise<RoomCreated> {
  const [moderator, speaker, audience] = (await Promise.all(
    ROLES.map((role) => tokens.signInvitation({ ...room, role })),
  )) as [string, string, string];
  const { roomId, roomName } = room;
  return { roomId, roomName, invitations: { moderator, speaker, audience } };
}

/** @throws ProtocolError UNAUTHORIZED also when the invitation is for another room */
export async function invitationOf(
  request: Pick<FastifyRequest<RoomParams>, 'headers' | 'params'>,
  tokens: Tokens,
): Promise<Invitation> {
  const invitation = await tokens.verifyInvitation(bearerToken(request));
  if (invitation.roomId !== request.params.roomId) {
    throw new ProtocolError('UNAUTHORIZED', 'the invitation is for another room');
  }
  return invitation;
}

/** The bearer token of a request (RFC 6750 section 2.1). @throws ProtocolError UNAUTHORIZED */
export function bearerToken(request: Pick<FastifyRequest, 'headers'>): string {
  const token = /^Bearer ([\w.-]{1,4096})$/.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new ProtocolError('UNAUTHORIZED', 'no bearer token');
  return token;
}
