import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { PeerSession } from './peerSession.ts';
import { ICE_PATIENCE_MS, type Clock, type Log } from './ports.ts';

/** How long the place of somebody whose socket was lost is kept. */
const GRACE_MS = 20_000;
/** Of whom nothing at all was heard for so long is gone, media and all. */
const SILENCE_MS = 15_000;

interface Absence {
  readonly graceEndsMs: number;
  /** When the socket last brought anything. */
  readonly heardMs: number;
  cancel: () => void;
}

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Those of a room whose socket was lost: waited for GRACE_MS as long as their media answers, and
 * where that is gone too, SILENCE_MS from the last that was heard of them. Times are monotonic.
 */
export class Absences {
  readonly #options: Options;
  readonly #absent = new Map<PeerSession, Absence>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param heardMs when the socket last brought anything */
  begin(session: PeerSession, heardMs: number): void {
    const { room, people, clock, log } = this.#options;
    this.forget(session);
    const graceEndsMs = clock.monotonicMs() + GRACE_MS;
    this.#absent.set(session, { graceEndsMs, heardMs, cancel: () => {} });
    this.reachableChanged(session);
    people.publish(room.setAway(session.peerId, true));
    log.info({ roomId: room.roomId, peerId: session.peerId }, 'peer away');
  }

  /** The media of one who may be absent answers again, or no longer does. */
  reachableChanged(session: PeerSession): void {
    const absence = this.#absent.get(session);
    if (!absence) return;
    const { clock } = this.#options;
    absence.cancel();
    const inMs = endsMs(absence, session) - clock.monotonicMs();
    absence.cancel = clock.after(Math.max(0, inMs), () => session.expire());
  }

  /** Somebody is back before their place was given up. */
  end(session: PeerSession): void {
    const { room, people, log } = this.#options;
    this.forget(session);
    const events = room.setAway(session.peerId, false);
    // Told with the snapshot that follows.
    session.seat.knownRevision = room.revision;
    // What the socket that was lost was told of it may never have arrived.
    session.seat.activeSpeaker = undefined;
    people.publish(events);
    log.info({ roomId: room.roomId, peerId: session.peerId }, 'peer came back');
  }

  /** Nobody waits for this one any more. Without effect for one who is here. */
  forget(session: PeerSession): void {
    this.#absent.get(session)?.cancel();
    this.#absent.delete(session);
  }
}

function endsMs({ graceEndsMs, heardMs }: Absence, { seat }: PeerSession): number {
  if (seat.reachable) return graceEndsMs;
  // It is called unreachable only when it has been so for a while.
  const mediaHeardMs = seat.reachableChangedMs - ICE_PATIENCE_MS;
  return Math.min(graceEndsMs, Math.max(heardMs, mediaHeardMs) + SILENCE_MS);
}
