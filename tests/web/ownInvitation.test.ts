import { describe, expect, it } from 'vitest';
import { ROLES, type InvitationId, type InvitationInfo } from '#protocol';
import { isOver, opensRecordings, rolesToInvite } from '#web/state/ownInvitation.ts';

const NOW_MS = 1_750_000_000_000;
const hidden: InvitationInfo = {
  ...{ invitationId: 'invitation-1' as InvitationId, role: 'moderator', label: '' },
  ...{ createdAt: NOW_MS - 1, expiresAt: NOW_MS + 1, maxUses: null, uses: 0 },
  ...{ revokedAt: null, token: null },
};

describe('what goes with the invitation that one came with', () => {
  it('[OI1] offers the page of recordings to moderators who were invited as such, and to nobody else', () => {
    const open = ROLES.flatMap((role) =>
      ROLES.filter((invitedAs) => opensRecordings(role, invitedAs)).map((it) => [role, it]),
    );
    expect(open).toEqual([['moderator', 'moderator']]);
  });

  it('[OI2] offers to invite moderators only to who was invited as one', () => {
    expect(rolesToInvite('moderator')).toEqual(['moderator', 'speaker', 'audience']);
    expect(rolesToInvite('speaker')).toEqual(['speaker', 'audience']);
    expect(rolesToInvite('audience')).toEqual(['speaker', 'audience']);
  });

  it('[OI3] takes an invitation whose link is not shown for a good one, until it ends', () => {
    expect(isOver(hidden, NOW_MS)).toBe(false);
    expect(isOver({ ...hidden, revokedAt: NOW_MS - 1 }, NOW_MS)).toBe(true);
    expect(isOver(hidden, hidden.expiresAt)).toBe(true);
    // The server's clock decides of those that it shows.
    expect(isOver({ ...hidden, token: 'a.b.c' }, hidden.expiresAt)).toBe(false);
  });
});
