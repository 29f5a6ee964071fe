import {
  CreateInvitationSchema,
  InvitationIdSchema,
  ProtocolError,
  RevokeInvitationSchema,
  type InvitationId,
  type InvitationInfo,
  type InvitationList,
} from '#protocol';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  isGood,
  mayHold,
  requireOtherKey,
  type NewInvitation,
  type StoredInvitation,
} from '../domain/invitations.ts';
import { callerWith, type Caller, type Doors, type RoomParams } from './doors.ts';
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

  const shown = async (caller: Caller, stored: StoredInvitation): Promise<InvitationInfo> => {
    const isShown = isGood(stored, clock.wallMs()) && mayHold(stored.role, caller.invitedAs);
    return {
      ...stored,
      token: isShown ? await tokens.signInvitation(caller.roomId, stored) : null,
    };
  };

  app.get<RoomParams>(INVITATIONS, async (request): Promise<InvitationList> => {
    const caller = await callerWith('invite', request, options);
    count('listInvitations', request);
    const kept = book.invitations(caller.roomId);
    return { invitations: await Promise.all(kept.map((one) => shown(caller, one))) };
  });

  app.post<RoomParams>(INVITATIONS, async (request, reply): Promise<InvitationInfo> => {
    const caller = await callerWith('invite', request, options);
    const { role, label = '', validHours, maxUses } = parse(CreateInvitationSchema, request.body);
    if (!mayHold(role, caller.invitedAs)) {
      throw new ProtocolError('FORBIDDEN', 'for those who were invited to moderate');
    }
    count('invite', request);
    const createdAt = clock.wallMs();
    const expiresAt = createdAt + validHours * HOUR_MS;
    const invitation: NewInvitation = {
      ...{ invitationId: makeInvitationId(), role, label, createdAt, expiresAt, maxUses },
    };
    book.invite(caller.roomId, invitation);
    reply.status(201);
    return shown(caller, { ...invitation, uses: 0, revokedAt: null });
  });

  app.post<{ Params: RoomParams['Params'] & { invitationId: string } }>(
    `${INVITATIONS}/:invitationId/revoke`,
    async (request): Promise<InvitationInfo> => {
      const caller = await callerWith('invite', request, options);
      const { roomId, peerId } = caller;
      const { endAdmitted } = parse(RevokeInvitationSchema, request.body);
      const invitationId = invitationIdOf(request.params.invitationId);
      count('invite', request);
      // Nothing may come between the two: of two moderators' invitations one is left.
      requireOtherKey(book.invitations(roomId), invitationId, clock.wallMs());
      const revoked = book.revoke(roomId, invitationId);
      if (!revoked) throw notFound();
      if (endAdmitted) rooms.endAdmitted(roomId, invitationId, peerId);
      return shown(caller, revoked);
    },
  );
}

function invitationIdOf(value: string): InvitationId {
  const parsed = v.safeParse(InvitationIdSchema, value);
  if (!parsed.success) throw notFound();
  return parsed.output;
}

const notFound = () => new ProtocolError('NOT_FOUND', 'no such invitation');
