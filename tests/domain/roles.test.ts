import { describe, expect, it } from 'vitest';
import { ROLES, can, type Right } from '#protocol';

// Written down here on its own, so that a slip in the table of the server shows.
const RIGHTS: readonly [Right, string][] = [
  ['speak', 'moderator speaker'],
  ['sendPhrase', 'moderator speaker'],
  ['record', 'moderator'],
  ['seeRecordings', 'moderator'],
  ['invite', 'moderator'],
];

describe('roles', () => {
  it.each(RIGHTS)('[RI2] grants %s to: %s', (action, roles) => {
    expect(ROLES.filter((role) => can(role, action)).join(' ')).toBe(roles);
  });

  it('[RI3] grants nothing that is not listed', () => {
    for (const role of ROLES) expect(can(role, 'becomeModerator' as Right)).toBe(false);
  });
});
