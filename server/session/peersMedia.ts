import type { Absences } from './absences.ts';
import type { Attendance } from './attendance.ts';
import type { Microphones } from './microphones.ts';
import type { PeerSession } from './peerSession.ts';
import type { PhraseIntake } from './phraseIntake.ts';
import { ICE_PATIENCE_MS, type BanBook, type Clock, type Log, type MediaPeer } from './ports.ts';
import type { RoomMedia } from './roomMedia.ts';
import { sendAway } from './sendAway.ts';

interface Options {
  readonly media: RoomMedia;
  readonly people: Attendance;
  readonly absences: Absences;
  readonly microphones: Microphones;
  readonly intake: PhraseIntake;
  readonly bans: BanBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** What each person of a room has over WebRTC: made, made anew, and lost with a worker. */
export class PeersMedia {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  add(session: PeerSession): MediaPeer {
    const { intake, absences, bans, clock, log } = this.#options;
    const media: MediaPeer = this.#options.media.current.addPeer(session.peerId, {
      phraseMessage: (message) => intake.message(session, message),
      consumerClosed: (consumerId) => session.channel.notify('consumerClosed', { consumerId }),
      soundFlooded: () => {
        if (session.isClosed || session.seat.media !== media) return;
        log.warn({ peerId: session.peerId }, 'peer removed: flooded its microphone');
        sendAway(session, { bans, clock });
      },
      reachable: (isReachable) => {
        if (session.isClosed || session.seat.media !== media) return;
        session.seat.reachable = isReachable;
        session.seat.reachableChangedMs = clock.monotonicMs();
        absences.reachableChanged(session);
      },
      mediaLost: () => {
        if (!session.isClosed && session.seat.media === media) this.lostBy(session);
      },
    });
    return media;
  }

  /**
   * Begins a peer's media anew: what it had over WebRTC is gone, its place in the room is not. After
   * a worker's death it waits for the next.
   */
  async restart(session: PeerSession): Promise<void> {
    await this.#options.media.reopening;
    const { seat } = session;
    this.#forget(session);
    seat.media.close();
    seat.media = this.add(session);
  }

  /** Somebody only listens from here on: nothing of theirs passes any more. */
  leaveStage(session: PeerSession): void {
    const { seat } = session;
    seat.media.closeSending();
    this.#options.microphones.forgetOf(session);
    session.forgetSending();
  }

  /** The worker died: everyone builds theirs anew. */
  lost(): void {
    for (const session of this.#options.people.all) this.lostBy(session);
  }

  /** What one had is gone, or is of no use any more. */
  lostBy(session: PeerSession): void {
    this.#forget(session);
    session.channel.notify('mediaLost', {});
  }

  #forget(session: PeerSession): void {
    const { microphones, absences, clock } = this.#options;
    microphones.disconnect(session);
    session.forgetMedia();
    session.seat.ears?.close();
    session.seat.ears = null;
    session.seat.reachable = false;
    session.seat.reachableChangedMs = clock.monotonicMs() + ICE_PATIENCE_MS;
    absences.reachableChanged(session);
  }
}
