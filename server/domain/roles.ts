import type { Role } from '#protocol';

/** What a person may do in a room. Listening and reading come with entering it. */
export type Action = 'speak' | 'sendPhrase' | 'record' | 'seeRecordings';

const RIGHTS: Readonly<Record<Role, ReadonlySet<Action>>> = {
  moderator: new Set<Action>(['speak', 'sendPhrase', 'record', 'seeRecordings']),
  speaker: new Set<Action>(['speak', 'sendPhrase']),
  audience: new Set<Action>(),
};

/** The permission table: what is not listed is refused. */
export function can(role: Role, action: Action): boolean {
  return RIGHTS[role].has(action);
}
