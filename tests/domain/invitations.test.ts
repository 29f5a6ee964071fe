import { describe, expect, it } from 'vitest';
import { requireOtherKey, type StoredInvitation } from '#server/domain/invitations.ts';
import { newInvitation } from '#tests/support/fakeBook.ts';

const NOW_MS = 1_000;
const key = (change: Partial<StoredInvitation> = {}): StoredInvitation => ({
  ...{ ...newInvitation({ role: 'moderator' }), uses: 0, revokedAt: null },
  ...change,
});
const usedUp = () => key({ maxUses: 1, uses: 1 });

describe('the last way in of moderators', () => {
  const mayGo = (one: StoredInvitation, others: StoredInvitation[]) => {
    try {
      requireOtherKey([one, ...others], one.invitationId, NOW_MS);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ name: 'ProtocolError', code: 'WRONG_STATE' });
      return false;
    }
  };

  it('[IN13] stays where the others let in nobody new', () => {
    expect(mayGo(key(), [usedUp(), usedUp()])).toBe(false);
    expect(mayGo(key(), [key({ revokedAt: 1 }), key({ expiresAt: NOW_MS })])).toBe(false);
    expect(mayGo(key(), [key({ role: 'speaker' })])).toBe(false);
  });

  it('[IN13] is another where it has a place left', () => {
    expect(mayGo(key(), [key({ maxUses: 2, uses: 1 })])).toBe(true);
    expect(mayGo(key(), [key({ uses: 5 })])).toBe(true);
  });

  it('[IN13] may be one whose people come in again and nobody new: it goes where there is another of any kind', () => {
    expect(mayGo(usedUp(), [])).toBe(false);
    expect(mayGo(usedUp(), [usedUp()])).toBe(true);
    expect(mayGo(usedUp(), [key()])).toBe(true);
  });

  it('[IN13] is none that lets in no moderator', () => {
    expect(mayGo(key({ role: 'speaker' }), [])).toBe(true);
    expect(mayGo(key({ revokedAt: 1 }), [])).toBe(true);
  });
});
