import { AUDIENCE_PAGE, type PeerInfo } from '#protocol';
import type { Roster } from './roster.ts';

/** The marks that Unicode writes apart from their letter in NFD. */
const MARKS = /\p{Diacritic}/gu;

/** Without case and accents, as people write what they look for. */
const folded = (text: string) => text.normalize('NFD').replace(MARKS, '').toLowerCase();

/** Folding takes ten times as long as looking, and each question looks through thousands of names. */
const foldedNames = new WeakMap<PeerInfo, string>();

export interface AudienceAsked {
  /** `next` of the page before. */
  readonly after?: number;
  /** What is to be in their names. */
  readonly query?: string;
}

export interface AudiencePage {
  readonly people: PeerInfo[];
  /** How many there are in all that fit. */
  readonly total: number;
  readonly next: number | null;
}

/**
 * Those who only listen, in order of arrival. Whoever comes or leaves between two pages makes nobody come
 * twice or be left out: a place in that order is nobody else's.
 */
export function audiencePage(
  roster: Roster,
  { after = -1, query = '' }: AudienceAsked,
): AudiencePage {
  const wanted = folded(query.trim());
  const isEverybody = wanted === '';
  const people: PeerInfo[] = [];
  let [fitting, last, hasMore] = [0, 0, false];
  for (const [peerId, arrival] of roster.arrivals) {
    // How many they are in all is known.
    if (isEverybody && hasMore) break;
    if (isEverybody && arrival <= after) continue;
    const peer = roster.of(peerId);
    if (peer.role !== 'audience') continue;
    if (!isEverybody && !foldedName(peer).includes(wanted)) continue;
    fitting += 1;
    if (arrival <= after) continue;
    if (people.length === AUDIENCE_PAGE) hasMore = true;
    else {
      people.push(peer);
      last = arrival;
    }
  }
  const total = isEverybody ? roster.count('audience') : fitting;
  return { people, total, next: hasMore ? last : null };
}

function foldedName(peer: PeerInfo): string {
  let name = foldedNames.get(peer);
  if (name === undefined) {
    name = folded(peer.displayName);
    foldedNames.set(peer, name);
  }
  return name;
}
