import { can } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';
import { m } from '#web/paraglide/messages.js';
import { handPlace } from './roster.ts';
import { newGuests } from './rosterNews.ts';
import { toasts } from './toasts.svelte.ts';

/** Tells somebody who waited that they are in. */
export function tellOfAdmission(before: RoomState, now: RoomState): void {
  if (before.connection !== 'waiting') return;
  if (now.connection === 'connecting' || now.connection === 'connected') {
    toasts.show(m.wait_admitted());
  }
}

/** Tells somebody who comes in to talk that they need the floor for it here. */
export function tellOfArrival({ me }: RoomState): void {
  if (me && can(me.role, 'speak') && !me.mayUnmute) toasts.show(m.floor_needed());
}

/** What a person does at this moment, and what they have before their eyes. */
export interface Attention {
  /** Whether the list of people is on screen. */
  readonly seesPeople: boolean;
  /** Whether one took one's own hand down. */
  readonly hasLowered: boolean;
  /** Whether they have taken the floor, and are about to be heard. */
  readonly takesFloor: boolean;
}

/** Tells what moderators made of oneself, who holds the room and who knocks. */
export function tellOfOrder(before: RoomState, now: RoomState, attention: Attention): void {
  tellOfRole(before, now);
  tellOfMute(before, now, attention.takesFloor);
  tellOfHand(before, now, attention);
  tellOfHost(before, now);
  tellOfGuests(before, now, attention);
}

function tellOfRole({ me: before }: RoomState, { me: now }: RoomState): void {
  if (!before || !now || before.role === now.role) return;
  if (now.role === 'moderator') return toasts.show(m.person_you_moderate());
  if (now.role === 'audience') return toasts.show(m.person_you_listen());
  toasts.show(before.role === 'moderator' ? m.person_you_no_moderator() : m.person_you_speak());
}

function tellOfMute(before: RoomState, now: RoomState, takesFloor: boolean): void {
  if (!before.me || !now.me || before.me.mutes >= now.me.mutes) return;
  const isHeard = before.microphone === 'open' || before.me.microphone === 'open';
  if (!isHeard && !takesFloor) return;
  toasts.show(now.me.mayUnmute ? m.person_you_muted() : m.person_you_muted_kept());
}

/** The button shows it; only who does not see it is told, and who did not do it. */
function tellOfHand(before: RoomState, now: RoomState, { hasLowered }: Attention): void {
  if (!before.me || !now.me || before.me.hand?.number === now.me.hand?.number) return;
  const place = handPlace(now.peers, now.me.peerId);
  if (place !== null) toasts.announce(m.hand_place_aloud({ place }));
  // With the floor in sight a hand that goes down is no news.
  else if (!now.me.offered && before.me.role === now.me.role && !before.me.offered) {
    if (hasLowered) toasts.announce(m.hand_lowered());
    else toasts.show(m.hand_lowered());
  }
}

function tellOfHost(before: RoomState, now: RoomState): void {
  if (before.host === now.host || now.host === null) return;
  if (now.host === now.me?.peerId) return toasts.show(m.person_you_host());
  const host = now.peers.find(({ peerId }) => peerId === now.host);
  if (host) toasts.announce(m.person_is_host({ name: host.displayName }));
}

/** To moderators: who knocks. */
function tellOfGuests(before: RoomState, now: RoomState, { seesPeople }: Attention): void {
  if (!can(now.me?.role ?? 'audience', 'moderate') || before.moderation === now.moderation) return;
  const came = newGuests(before, now);
  const [first] = came;
  if (!first) return;
  const words =
    came.length === 1
      ? m.wait_knocks({ name: first.displayName })
      : m.wait_knocks_many({ count: came.length });
  if (seesPeople) toasts.announce(words);
  else toasts.show(words);
}
