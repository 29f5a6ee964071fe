import { can, type Guest, type PeerInfo } from '#protocol';
import { isOnStage, type RoomState } from '#web/client/roomState.ts';

/** With more listeners it is no news which of them come and go. */
const CROWD = 50;

/** Who is in the room now and was not before. */
export function newcomers(before: RoomState, now: RoomState): PeerInfo[] {
  if (!isToldOfTheSame(before, now)) return [];
  return without(now.peers, before.peers).filter((person) => isNews(person, now));
}

/** Who was in the room and is not any more; to who only listens: who was on stage. */
export function departed(before: RoomState, now: RoomState): PeerInfo[] {
  if (!isToldOfTheSame(before, now)) return [];
  return without(before.peers, now.peers).filter((person) => isNews(person, now));
}

/** Whether one is told of everybody in the room. */
export const knowsAll = isOnStage;

/** Otherwise who is there now, and was not before, may have been there all the time. */
function isToldOfTheSame(before: RoomState, now: RoomState): boolean {
  if (before.peers === now.peers) return false;
  return before.roster === now.roster && knowsAll(before) === knowsAll(now);
}

/** A hand that goes up brings its owner among those whom an audience is told of. */
function isNews({ role }: PeerInfo, now: RoomState): boolean {
  return can(role, 'speak') || (knowsAll(now) && now.audience <= CROWD);
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
