import type { PhraseSection } from './phraseSections.ts';
import type { ScanNode } from './scanner.ts';

/** Groups up to this size are gone through phrase by phrase, larger ones in blocks. */
const SHORT = 6;
const BLOCK = 4;

export const phraseId = (section: string, index: number) => `${section}:${String(index)}`;

/**
 * What scanning goes through: the groups, in a large one its blocks of a few phrases, and the
 * phrases: a press more, but far less to wait for.
 * @param around ids of what else there is to choose, before the groups and after them
 */
export function scanTree(
  sections: readonly PhraseSection[],
  around: { readonly first: readonly string[]; readonly last: readonly string[] },
): ScanNode[] {
  const groups = sections.map(({ id, phrases }) => {
    const leaves = phrases.map((_, index) => ({ id: phraseId(id, index) }));
    return { id, children: leaves.length <= SHORT ? leaves : blocksOf(id, leaves) };
  });
  const leaf = (id: string) => ({ id });
  return [...around.first.map(leaf), ...groups, ...around.last.map(leaf)];
}

function blocksOf(section: string, leaves: readonly ScanNode[]): ScanNode[] {
  return Array.from({ length: Math.ceil(leaves.length / BLOCK) }, (_, block) => ({
    id: `${section}/${String(block)}`,
    children: leaves.slice(block * BLOCK, (block + 1) * BLOCK),
  }));
}

/** Ids of everything that is highlighted with `id`: itself, and of a block its phrases; with null nothing. */
export function highlighted(tree: readonly ScanNode[], id: string | null): ReadonlySet<string> {
  if (id === null) return new Set();
  const block = tree.flatMap(({ children }) => children ?? []).find((node) => node.id === id);
  return new Set([id, ...(block?.children ?? []).map((leaf) => leaf.id)]);
}
