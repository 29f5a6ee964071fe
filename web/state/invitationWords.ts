import type { InvitationInfo, Role } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { dateBriefly } from './formats.ts';
import { isOver } from './ownInvitation.ts';

const FOR_WHOM: Readonly<Record<Role, () => string>> = {
  moderator: m.link_moderator,
  speaker: m.link_speaker,
  audience: m.link_audience,
};

/** What an invitation is called: as its maker called it, or after the role it gives. */
export function invitationName({ label, role }: InvitationInfo): string {
  return label || FOR_WHOM[role]();
}

/** What else there is to know of it, in one line. */
export function invitationFacts(invitation: InvitationInfo): string {
  const facts = [came(invitation), validity(invitation)];
  if (invitation.label) facts.unshift(FOR_WHOM[invitation.role]());
  return facts.join(' · ');
}

function came({ uses, maxUses }: InvitationInfo): string {
  if (maxUses !== null) return m.invite_came_of({ count: uses, of: maxUses });
  return uses === 0 ? m.invite_came_nobody() : m.invite_came({ count: uses });
}

function validity(invitation: InvitationInfo): string {
  const { expiresAt, revokedAt } = invitation;
  if (revokedAt !== null) return m.invite_revoked_at({ date: dateBriefly(revokedAt) });
  const date = dateBriefly(expiresAt);
  return isOver(invitation, Date.now()) ? m.invite_expired({ date }) : m.invite_until({ date });
}
