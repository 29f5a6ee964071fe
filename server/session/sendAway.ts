import { FLOOD_BAN_MS } from '../domain/bans.ts';
import type { PeerSession } from './peerSession.ts';
import type { BanBook, Clock } from './ports.ts';

/** Ends the visit of somebody who flooded. Their token would let them in again at once. */
export function sendAway(session: PeerSession, { bans, clock }: { bans: BanBook; clock: Clock }) {
  const { roomId, peerId, displayName } = session.identity;
  const atMs = clock.wallMs();
  const untilMs = atMs + FLOOD_BAN_MS;
  bans.ban({ roomId, peerId, displayName, atMs, untilMs, code: 'RATE_LIMITED' });
  session.remove('RATE_LIMITED');
}
