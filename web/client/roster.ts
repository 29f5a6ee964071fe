import type { Moderation, ModerationChange, PeerInfo, ServerNotifications } from '#protocol';
import type { InferOutput } from 'valibot';

export type RosterChange = Pick<
  InferOutput<ServerNotifications['rosterChanged']>,
  'left' | 'changed' | 'joined' | 'audience'
>;

/** The people after a batch of changes, in order of arrival. Who is known and joins keeps their place. */
export function withChange(
  peers: readonly PeerInfo[],
  batch: Omit<RosterChange, 'audience'>,
): readonly PeerInfo[] {
  const { left, changed, joined } = batch;
  if (left.length + changed.length + joined.length === 0) return peers;
  const byId = new Map(peers.map((peer) => [peer.peerId, peer]));
  for (const peerId of left) byId.delete(peerId);
  for (const change of changed) {
    const peer = byId.get(change.peerId);
    if (peer) byId.set(change.peerId, Object.assign({}, peer, change));
  }
  for (const peer of joined) byId.set(peer.peerId, peer);
  return [...byId.values()];
}

const NOTHING_KNOWN: Moderation = { waiting: [], bans: [], talkTimes: [] };

/** What moderators know after a change; null before for who knew nothing yet. */
export function moderationWith(
  before: Moderation | null,
  { waiting, bans, talkTimes = [] }: ModerationChange,
): Moderation {
  const known = before ?? NOTHING_KNOWN;
  const byId = new Map([...known.talkTimes, ...talkTimes].map((time) => [time.peerId, time]));
  return {
    waiting: waiting ?? known.waiting,
    bans: bans ?? known.bans,
    talkTimes: talkTimes.length > 0 ? [...byId.values()] : known.talkTimes,
  };
}
