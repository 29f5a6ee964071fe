import {
  PHRASEBOOK_GROUP_MAX_PHRASES,
  PHRASEBOOK_MAX_GROUPS,
  PHRASEBOOK_MAX_PHRASES,
  type PhraseGroup,
  type Phrasebook,
  type SavedPhrase,
} from '#protocol';
import { isSame } from './phraseUses.ts';

// What a person does to a phrasebook: each gives a new one, and leaves the old one as it was.

export const EMPTY_PHRASEBOOK: Phrasebook = { version: 1, groups: [] };

/** Where a phrase stands. */
export interface PhrasePlace {
  readonly group: number;
  readonly phrase: number;
}

/** Why nothing more fits in. */
export type Fullness = 'groups' | 'group' | 'book';

export function countPhrases({ groups }: Phrasebook): number {
  return groups.reduce((sum, { phrases }) => sum + phrases.length, 0);
}

/** What keeps a group of this phrasebook from taking another phrase; null when nothing does. */
export function fullnessOf(book: Phrasebook, group: number): Fullness | null {
  if (countPhrases(book) >= PHRASEBOOK_MAX_PHRASES) return 'book';
  const phrases = book.groups[group]?.phrases ?? [];
  return phrases.length >= PHRASEBOOK_GROUP_MAX_PHRASES ? 'group' : null;
}

export function addGroup(book: Phrasebook, name: string): Phrasebook {
  if (book.groups.length >= PHRASEBOOK_MAX_GROUPS) return book;
  return withGroups([...book.groups, { name, phrases: [] }]);
}

export function renameGroup(book: Phrasebook, group: number, name: string): Phrasebook {
  return changeGroup(book, group, (old) => ({ ...old, name }));
}

export function removeGroup(book: Phrasebook, group: number): Phrasebook {
  return withGroups(book.groups.toSpliced(group, 1));
}

/** Moves it by so many places; at the ends it stays. */
export function moveGroup(book: Phrasebook, group: number, by: number): Phrasebook {
  return withGroups(moved(book.groups, group, by));
}

export function addPhrase(book: Phrasebook, group: number, phrase: SavedPhrase): Phrasebook {
  if (fullnessOf(book, group)) return book;
  return changeGroup(book, group, (old) => ({ ...old, phrases: [...old.phrases, phrase] }));
}

export function changePhrase(book: Phrasebook, at: PhrasePlace, phrase: SavedPhrase): Phrasebook {
  return changeGroup(book, at.group, (old) => ({
    ...old,
    phrases: old.phrases.with(at.phrase, phrase),
  }));
}

export function removePhrase(book: Phrasebook, at: PhrasePlace): Phrasebook {
  return changeGroup(book, at.group, (old) => ({
    ...old,
    phrases: old.phrases.toSpliced(at.phrase, 1),
  }));
}

export function movePhrase(book: Phrasebook, at: PhrasePlace, by: number): Phrasebook {
  return changeGroup(book, at.group, (old) => ({
    ...old,
    phrases: moved(old.phrases, at.phrase, by),
  }));
}

/**
 * One phrasebook with another's phrases: groups of the same name become one, and no group has a
 * phrase twice. What no longer fits is counted as left out.
 */
export function merge(book: Phrasebook, other: Phrasebook): { book: Phrasebook; leftOut: number } {
  let result = book;
  let leftOut = 0;
  for (const { name, phrases } of other.groups) {
    let group = result.groups.findIndex((mine) => mine.name === name);
    if (group === -1) {
      result = addGroup(result, name);
      group = result.groups.findIndex((mine) => mine.name === name);
    }
    for (const phrase of phrases) {
      const target = result.groups[group];
      if (target?.phrases.some((mine) => isSame(mine, phrase))) continue;
      const next = target ? addPhrase(result, group, phrase) : result;
      if (next === result) leftOut += 1;
      result = next;
    }
  }
  return { book: result, leftOut };
}

const withGroups = (groups: PhraseGroup[]): Phrasebook => ({ version: 1, groups });

function changeGroup(
  book: Phrasebook,
  group: number,
  change: (old: PhraseGroup) => PhraseGroup,
): Phrasebook {
  const old = book.groups[group];
  return old ? withGroups(book.groups.with(group, change(old))) : book;
}

function moved<Item>(items: readonly Item[], from: number, by: number): Item[] {
  const to = Math.min(items.length - 1, Math.max(0, from + by));
  const item = items[from];
  return item === undefined ? [...items] : items.toSpliced(from, 1).toSpliced(to, 0, item);
}
