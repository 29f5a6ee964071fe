import { can, type PeerId, type PeerInfo } from '#protocol';

/** What a moderator can do to somebody, in the order in which it is offered. */
export type PersonWay =
  | 'takeFloorBack'
  | 'offerStage'
  | 'giveFloor'
  | 'mute'
  | 'hear'
  | 'demote'
  | 'promote'
  | 'unmoderate'
  | 'unmoderateMe'
  | 'handOver'
  | 'kick'
  | 'ban';

interface Seen {
  /** Who looks, and moderates. */
  readonly me: PeerId | undefined;
  readonly host: PeerId | null;
}

export function personWays(peer: PeerInfo, { me, host }: Seen): readonly PersonWay[] {
  if (peer.peerId === me) return peer.role === 'moderator' ? ['unmoderateMe'] : [];
  const speaks = can(peer.role, 'speak');
  const moderates = peer.role === 'moderator';
  const ways: readonly (PersonWay | false)[] = [
    peer.offered && 'takeFloorBack',
    !peer.offered && !speaks && 'offerStage',
    !peer.offered && speaks && !moderates && 'giveFloor',
    peer.microphone === 'open' && 'mute',
    speaks && 'hear',
    speaks && 'demote',
    moderates ? 'unmoderate' : 'promote',
    speaks && peer.peerId !== host && 'handOver',
    'kick',
    'ban',
  ];
  return ways.filter((way) => way !== false);
}
