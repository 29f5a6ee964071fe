import type { PeerId, PeerInfo, TalkTime } from '#protocol';
import { findWords } from './search.ts';

/** Everybody once: who asks for the floor or is offered it, and the others by what they do. */
export interface Roster {
  /** The next one first. */
  readonly asking: readonly PeerInfo[];
  /** The one who holds the room first. */
  readonly moderators: readonly PeerInfo[];
  readonly speakers: readonly PeerInfo[];
  readonly listeners: readonly PeerInfo[];
}

interface View {
  readonly host: PeerId | null;
  /** Words that a name must have, whatever their accents; empty for everybody. */
  readonly search: string;
}

/** People as a panel lists them; within a group in the order in which they came. */
export function groupRoster(peers: readonly PeerInfo[], { host, search }: View): Roster {
  const asking: PeerInfo[] = [];
  const groups = {
    moderator: [] as PeerInfo[],
    speaker: [] as PeerInfo[],
    audience: [] as PeerInfo[],
  };
  for (const peer of searchNames(peers, search)) {
    if (peer.hand || peer.offered) asking.push(peer);
    else if (peer.peerId === host) groups[peer.role].unshift(peer);
    else groups[peer.role].push(peer);
  }
  return {
    asking: asking.sort((a, b) => placeOf(a) - placeOf(b)),
    moderators: groups.moderator,
    speakers: groups.speaker,
    listeners: groups.audience,
  };
}

/** Those whose name has all the words of a search, whatever their accents and capitals. */
export function searchNames<Named extends { readonly displayName: string }>(
  people: readonly Named[],
  search: string,
): readonly Named[] {
  if (search.trim() === '') return people;
  return people.filter(({ displayName }) => findWords(displayName, search) !== null);
}

/** Which in the queue of raised hands somebody is, from 1; null when theirs is not raised. */
export function handPlace(peers: readonly PeerInfo[], peerId: PeerId): number | null {
  const mine = peers.find((peer) => peer.peerId === peerId)?.hand;
  if (!mine) return null;
  return peers.filter(({ hand }) => hand && hand.number <= mine.number).length;
}

/** How long people have talked: milliseconds by peer. */
export function talkedBy(times: readonly TalkTime[]): ReadonlyMap<PeerId, number> {
  return new Map(times.map(({ peerId, talkedMs }) => [peerId, talkedMs]));
}

/** Whoever is offered the floor without having asked is before those who wait. */
function placeOf({ hand }: PeerInfo): number {
  return hand?.number ?? 0;
}
