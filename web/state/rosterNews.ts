import type { Guest, PeerInfo } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';

/** Who is in the room now and was not before. */
export function newcomers(before: RoomState, now: RoomState): PeerInfo[] {
  return before.peers === now.peers ? [] : without(now.peers, before.peers);
}

/** Who was in the room and is not any more. */
export function departed(before: RoomState, now: RoomState): PeerInfo[] {
  return before.peers === now.peers ? [] : without(before.peers, now.peers);
}

/** Whose hand went up, but one's own; one that was lowered and raised again counts. */
export function raisedHands(before: RoomState, now: RoomState): PeerInfo[] {
  if (before.peers === now.peers) return [];
  const numbers = new Map(before.peers.map(({ peerId, hand }) => [peerId, hand?.number]));
  return now.peers.filter(
    ({ peerId, hand }) => hand && hand.number !== numbers.get(peerId) && peerId !== now.me?.peerId,
  );
}

/** Who has begun to wait at the door, as moderators know it. */
export function newGuests(
  { moderation: before }: RoomState,
  { moderation: now }: RoomState,
): Guest[] {
  return now && before?.waiting !== now.waiting ? without(now.waiting, before?.waiting ?? []) : [];
}

function without<Person extends { readonly peerId: string }>(
  people: readonly Person[],
  others: readonly { readonly peerId: string }[],
): Person[] {
  const known = new Set(others.map(({ peerId }) => peerId));
  return people.filter(({ peerId }) => !known.has(peerId));
}
