import type { PhraseGroup, SavedPhrase } from '#protocol';
import { isSame } from './phraseUses.ts';
import { findWords } from './search.ts';

/** Where a group comes from: recently said, the room's, one's own, Cora's. */
export type SectionKind = 'recent' | 'room' | 'own' | 'shipped';

export interface PhraseSection {
  readonly id: string;
  readonly kind: SectionKind;
  readonly name: string;
  readonly phrases: readonly SavedPhrase[];
}

interface Sources {
  readonly recent: { readonly name: string; readonly phrases: readonly SavedPhrase[] };
  readonly room: readonly PhraseGroup[];
  readonly own: readonly PhraseGroup[];
  readonly shipped: readonly PhraseGroup[];
}

/**
 * All groups that have something to say, in the order in which they are shown: what was said last,
 * then the room's, one's own, and Cora's.
 */
export function phraseSections({ recent, room, own, shipped }: Sources): PhraseSection[] {
  const all: [SectionKind, readonly PhraseGroup[]][] = [
    ['recent', [{ name: recent.name, phrases: [...recent.phrases] }]],
    ['room', room],
    ['own', own],
    ['shipped', shipped],
  ];
  return all.flatMap(([kind, groups]) =>
    groups
      .map((group, index) => ({ id: `${kind}-${String(index)}`, kind, ...group }))
      .filter(({ phrases }) => phrases.length > 0),
  );
}

/**
 * What has all the words of a search, whatever their accents and capitals: each phrase once, where
 * it stands first. The name of a group finds all of its phrases.
 */
export function searchSections(
  sections: readonly PhraseSection[],
  search: string,
): PhraseSection[] {
  const seen: SavedPhrase[] = [];
  // What was said last stands in its own group too, and is found there.
  return sections
    .filter(({ kind }) => kind !== 'recent')
    .map((section) => ({
      ...section,
      phrases: section.phrases.filter((phrase) => {
        if (!findWords(`${phrase.text} ${section.name}`, search)) return false;
        if (seen.some((other) => isSame(other, phrase))) return false;
        seen.push(phrase);
        return true;
      }),
    }))
    .filter(({ phrases }) => phrases.length > 0);
}
