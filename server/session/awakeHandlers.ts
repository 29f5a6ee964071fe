import type { ClientRequests, Handlers } from '#protocol';
import type { PeerSession } from './peerSession.ts';
import type { RoomDirectory } from './ports.ts';

/** Handlers that do nothing in a room which may be another server's by now: see `requireAwake`. */
export function whileAwake(
  handlers: Handlers<ClientRequests, PeerSession>,
  directory: RoomDirectory,
): Handlers<ClientRequests, PeerSession> {
  const guarded = Object.entries(handlers).map(([name, handle]) => [
    name,
    (session: PeerSession, input: never) => {
      directory.requireAwake(session.identity.roomId);
      return (handle as (session: PeerSession, input: never) => unknown)(session, input);
    },
  ]);
  return Object.fromEntries(guarded) as Handlers<ClientRequests, PeerSession>;
}
