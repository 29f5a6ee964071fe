import { ProtocolError, type InvitationId, type Role } from '#protocol';

/** A way into a room, to be made. Times in ms since 1970. */
export interface NewInvitation {
  readonly invitationId: InvitationId;
  readonly role: Role;
  readonly label: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How many people may come in with it; null for any number. */
  readonly maxUses: number | null;
}

/** As it is kept; its token is signed anew whenever it is shown. */
export interface StoredInvitation extends NewInvitation {
  /** How many people came in with it. */
  readonly uses: number;
  readonly revokedAt: number | null;
}

/** Whether it lets anybody in at this moment, its number of uses aside. */
export function isGood(invitation: StoredInvitation, wallMs: number): boolean {
  return invitation.revokedAt === null && invitation.expiresAt > wallMs;
}

/**
 * @param invitation null where the room's book knows of none
 * @throws ProtocolError UNAUTHORIZED, INVITATION_REVOKED or TOKEN_EXPIRED
 */
export function requireGood(
  invitation: StoredInvitation | null,
  wallMs: number,
): asserts invitation is StoredInvitation {
  if (!invitation) throw new ProtocolError('UNAUTHORIZED', 'no such invitation');
  if (invitation.revokedAt !== null) {
    throw new ProtocolError('INVITATION_REVOKED', 'the invitation was revoked');
  }
  if (invitation.expiresAt <= wallMs) {
    throw new ProtocolError('TOKEN_EXPIRED', 'the invitation has expired');
  }
}

/**
 * Whether somebody may hold an invitation for that role, to see or to make: who moderates by a moderator's
 * gift would keep a way in that outlasts it.
 * @param invitedAs the role of their own invitation
 */
export function mayHold(role: Role, invitedAs: Role): boolean {
  return role !== 'moderator' || invitedAs === 'moderator';
}

/**
 * Before one is revoked. One that is used up lets those in again who came with it, whose browsers may be
 * gone, and nobody new: it stands in for another such one, and not for one with a place left.
 * @throws ProtocolError WRONG_STATE where nobody could come in to moderate any more
 */
export function requireOtherKey(
  invitations: readonly StoredInvitation[],
  invitationId: InvitationId,
  wallMs: number,
): void {
  const keys = invitations.filter((it) => it.role === 'moderator' && isGood(it, wallMs));
  const revoked = keys.find((it) => it.invitationId === invitationId);
  if (!revoked) return;
  const others = keys.filter((it) => it !== revoked);
  if (others.some((it) => isUsedUp(revoked) || !isUsedUp(it))) return;
  throw new ProtocolError('WRONG_STATE', 'the last way in of moderators');
}

function isUsedUp({ uses, maxUses }: StoredInvitation): boolean {
  return uses >= (maxUses ?? Infinity);
}
