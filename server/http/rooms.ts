import {
  CreateRoomSchema,
  EnterRoomSchema,
  INVITATION_DEFAULT_DAYS,
  MAX_SERVERS,
  PHRASEBOOK_MAX_BYTES,
  ProtocolError,
  ROLES,
  type Entered,
  type InvitationId,
  type PeerId,
  type RoomCreated,
  type RoomId,
  type RoomInfo,
  type RtpCapabilities,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import type { NewInvitation } from '../domain/invitations.ts';
import type { PhrasebookStore } from '../session/ports.ts';
import { invitationOf, requireNotBanned, type Doors, type RoomParams } from './doors.ts';
import type { CountEntrance } from './entrances.ts';
import { parse } from './errors.ts';

/** The name and the settings stand beside the phrasebook. */
const CREATE_MAX_BYTES = PHRASEBOOK_MAX_BYTES + 4_096;
const FIRST_INVITATIONS_MS = INVITATION_DEFAULT_DAYS * 24 * 3_600_000;

export interface RoomRoutes extends Doors {
  readonly phrasebooks: PhrasebookStore;
  /** What this server routes. */
  readonly routerRtpCapabilities: RtpCapabilities;
  readonly makeRoomId: () => RoomId;
  readonly makeInvitationId: () => InvitationId;
  readonly makePeerId: () => PeerId;
  /** The same for the same key in the same room. */
  readonly peerIdOf: (roomId: RoomId, personKey: string) => PeerId;
  /** Whether this server takes people in: it may be about to end. */
  readonly isReady: () => boolean;
}

/** Creating a room, looking at one, entering one. */
export function addRoomRoutes(
  app: FastifyInstance,
  options: RoomRoutes & { readonly count: CountEntrance },
): void {
  const { tokens, book, rooms, clock, count, phrasebooks, routerRtpCapabilities } = options;

  const invitationTo = async (roomId: RoomId, invitation: NewInvitation) =>
    tokens.signInvitation(roomId, { ...invitation, uses: 0, revokedAt: null });

  const create = { bodyLimit: CREATE_MAX_BYTES };
  app.post('/api/rooms', create, async (request, reply): Promise<RoomCreated> => {
    const { roomName, settings, phrasebook } = parse(CreateRoomSchema, request.body);
    if (!options.isReady()) throw new ProtocolError('SERVER_STOPPING', 'the server is stopping');
    count('makeRoom', request);
    const roomId = options.makeRoomId();
    if (phrasebook) await phrasebooks.put(roomId, phrasebook);
    const createdAt = clock.wallMs();
    const times = { createdAt, expiresAt: createdAt + FIRST_INVITATIONS_MS };
    const [moderator, speaker, audience] = ROLES.map((role) => ({
      ...{ invitationId: options.makeInvitationId(), role, label: '', ...times, maxUses: null },
    })) as [NewInvitation, NewInvitation, NewInvitation];
    book.create({ roomId, roomName, settings }, [moderator, speaker, audience]);
    reply.status(201);
    return {
      roomId,
      roomName,
      invitations: {
        moderator: await invitationTo(roomId, moderator),
        speaker: await invitationTo(roomId, speaker),
        audience: await invitationTo(roomId, audience),
      },
    };
  });

  app.get<RoomParams>('/api/rooms/:roomId', async (request): Promise<RoomInfo> => {
    const { room, invitation } = await invitationOf(request, options);
    const status = rooms.status(room.roomId);
    // A lock is for those who are in, and over with the last of them: also where nobody could write that down.
    const locked = room.settings.locked && status.peerCount > 0;
    const settings = { ...room.settings, locked };
    const others = options.directory.origins.slice(0, MAX_SERVERS);
    const servers = others.length > 1 ? { servers: others } : {};
    return { ...room, settings, role: invitation.role, ...status, ...servers };
  });

  app.post<RoomParams>('/api/rooms/:roomId/peers', async (request, reply): Promise<Entered> => {
    const { displayName, personKey } = parse(EnterRoomSchema, request.body);
    // Who has no invitation takes nothing from their neighbours.
    const { room, invitation } = await invitationOf(request, options);
    count('enter', request);
    const { roomId, roomName } = room;
    const { invitationId, role } = invitation;
    const peerId =
      personKey === undefined ? options.makePeerId() : options.peerIdOf(roomId, personKey);
    requireNotBanned(roomId, peerId, options);
    book.use(roomId, invitationId, peerId);
    const identity = { roomId, invitationId, role, peerId, displayName };
    const { accessToken } = await tokens.signAccess(identity);
    reply.status(201);
    return { accessToken, peerId, role, roomName, routerRtpCapabilities };
  });
}
