import {
  CreateInvitationSchema,
  InvitationIdSchema,
  ProtocolError,
  RevokeInvitationSchema,
  type InvitationId,
  type InvitationInfo,
  type InvitationList,
  type RoomId,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  isGood,
  requireOtherKey,
  type NewInvitation,
  type StoredInvitation,
} from '../domain/invitations.ts';
import { callerWith, type Doors, type RoomParams } from './doors.ts';
import type { CountEntrance } from './entrances.ts';
import { parse } from './errors.ts';

export interface InvitationRoutes extends Doors {
  readonly makeInvitationId: () => InvitationId;
}

const HOUR_MS = 3_600_000;
const INVITATIONS = '/api/rooms/:roomId/invitations';

/** The ways into a room, for its moderators. */
export function addInvitationRoutes(
  app: FastifyInstance,
  options: InvitationRoutes & { readonly count: CountEntrance },
): void {
  const { tokens, book, rooms, clock, makeInvitationId, count } = options;

  const shown = async (roomId: RoomId, stored: StoredInvitation): Promise<InvitationInfo> => {
    const isOfUse = isGood(stored, clock.wallMs());
    return { ...stored, token: isOfUse ? await tokens.signInvitation(roomId, stored) : null };
  };

  app.get<RoomParams>(INVITATIONS, async (request): Promise<InvitationList> => {
    const { roomId } = await callerWith('invite', request, options);
    const kept = book.invitations(roomId);
    return { invitations: await Promise.all(kept.map((one) => shown(roomId, one))) };
  });

  app.post<RoomParams>(INVITATIONS, async (request, reply): Promise<InvitationInfo> => {
    const { roomId } = await callerWith('invite', request, options);
    const { role, label = '', validHours, maxUses } = parse(CreateInvitationSchema, request.body);
    count('invite', request);
    const createdAt = clock.wallMs();
    const expiresAt = createdAt + validHours * HOUR_MS;
    const invitation: NewInvitation = {
      ...{ invitationId: makeInvitationId(), role, label, createdAt, expiresAt, maxUses },
    };
    book.invite(roomId, invitation);
    reply.status(201);
    return shown(roomId, { ...invitation, uses: 0, revokedAt: null });
  });

  app.post<{ Params: RoomParams['Params'] & { invitationId: string } }>(
    `${INVITATIONS}/:invitationId/revoke`,
    async (request): Promise<InvitationInfo> => {
      const { roomId, peerId } = await callerWith('invite', request, options);
      const { endAdmitted } = parse(RevokeInvitationSchema, request.body);
      const invitationId = invitationIdOf(request.params.invitationId);
      count('invite', request);
      // Nothing may come between the two: of two moderators' invitations one is left.
      requireOtherKey(book.invitations(roomId), invitationId, clock.wallMs());
      const revoked = book.revoke(roomId, invitationId);
      if (!revoked) throw notFound();
      if (endAdmitted) rooms.endAdmitted(roomId, invitationId, peerId);
      return shown(roomId, revoked);
    },
  );
}

function invitationIdOf(value: string): InvitationId {
  const parsed = v.safeParse(InvitationIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

const notFound = () => new ProtocolError('NOT_FOUND', 'no such invitation');
