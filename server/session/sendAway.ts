import { FLOOD_BAN_MS } from '../domain/bans.ts';
import type { PeerSession } from './peerSession.ts';
import type { BanBook, Clock } from './ports.ts';

/** Ends the visit of somebody who flooded. Their token would let them in again at once. */
export function sendAway(session: PeerSession, { bans, clock }: { bans: BanBook; clock: Clock }) {
  const { roomId, peerId } = session.identity;
  const untilMs = clock.wallMs() + FLOOD_BAN_MS;
  bans.ban({ roomId, peerId, untilMs, code: 'RATE_LIMITED' });
  session.remove('RATE_LIMITED');
}
