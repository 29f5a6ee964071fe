import type { Role } from '#protocol';

type Right = 'speak' | 'sendPhrase' | 'record' | 'seeRecordings';

// What the views offer. The server decides: it keeps its own table and refuses what is not in it.
const OFFERED: Readonly<Record<Role, readonly Right[]>> = {
  moderator: ['speak', 'sendPhrase', 'record', 'seeRecordings'],
  speaker: ['speak', 'sendPhrase'],
  audience: [],
};

export function can(role: Role, right: Right): boolean {
  return OFFERED[role].includes(right);
}
