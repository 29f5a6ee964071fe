import { ROLES, can, type InvitationInfo, type Role } from '#protocol';

// A moderator's gift lasts as long as a moderator wants it, and one's own invitation does not change.

/** Whether the page of recordings opens to this person: it is shown one's own invitation. */
export function opensRecordings(role: Role, invitedAs: Role): boolean {
  return can(role, 'seeRecordings') && can(invitedAs, 'seeRecordings');
}

/** For which roles a moderator may invite, whose own invitation is that. */
export function rolesToInvite(invitedAs: Role): readonly Role[] {
  return ROLES.filter((role) => role !== 'moderator' || invitedAs === 'moderator');
}

/** Whether an invitation is of no use any more. Without a token it may also be one that is not shown. */
export function isOver({ token, revokedAt, expiresAt }: InvitationInfo, wallMs: number): boolean {
  return token === null && (revokedAt !== null || expiresAt <= wallMs);
}
