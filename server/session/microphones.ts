import { ProtocolError, can, type ProducerId, type RtpParameters } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { HearingDesk } from './hearingDesk.ts';
import type { PeerSession } from './peerSession.ts';
import type { Log } from './ports.ts';
import type { RecordingDesk } from './recordingDesk.ts';
import type { Speaker } from './roomRecording.ts';
import type { SpeakerLevels } from './speakerLevels.ts';

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly recording: RecordingDesk;
  readonly levels: SpeakerLevels;
  readonly hearing: HearingDesk;
  readonly isOpen: () => boolean;
  readonly log: Log;
}

/** The microphones of a room: connected, muted and let go, each with all that hears of it. */
export class Microphones {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async connect(
    session: PeerSession,
    options: { rtpParameters: RtpParameters; muted: boolean; mutes?: number },
  ): Promise<ProducerId> {
    const { room, people, recording, levels, hearing, isOpen, log } = this.#options;
    const { seat, peerId } = session;
    const { media } = seat;
    const { rtpParameters, ...wish } = options;
    const asked = { mutes: 0, ...wish };
    const isFirst = !seat.hadMicrophone;
    const beginsMuted = room.muting.opensMuted(peerId, asked, isFirst);
    const producerId = await media.produce({ rtpParameters, muted: beginsMuted });
    // What was made on a media side that has been let go meanwhile went with it, and what somebody made
    // who has left the stage meanwhile.
    if (session.isClosed || seat.media !== media || !can(session.role, 'speak')) {
      throw new ProtocolError('WRONG_STATE', 'connection closed');
    }
    const muted = beginsMuted || room.muting.opensMuted(peerId, asked, isFirst);
    // A moderator was quicker. It is asked of the worker before anything that comes after.
    if (muted && !beginsMuted) void media.setMuted(true).catch(() => undefined);
    seat.producerId = producerId;
    seat.hadMicrophone = true;
    levels.add(producerId, peerId);
    people.publish(room.muting.connect(peerId, { muted, asked: asked.muted }));
    const { displayName } = session.identity;
    recording.microphoneConnected({ producerId, muted, peerId, displayName }, isOpen);
    hearing.microphoneConnected(session);
    log.info({ roomId: room.roomId, peerId }, 'microphone connected');
    return producerId;
  }

  /** Without effect when there is none. */
  disconnect(session: PeerSession): void {
    const { room, people, log } = this.#options;
    const { seat, peerId } = session;
    if (!seat.producerId) return;
    this.forgetOf(session);
    seat.media.closeMicrophone();
    session.freeSlot('microphone');
    people.publish(room.muting.setMicrophone(peerId, 'none'));
    log.info({ roomId: room.roomId, peerId }, 'microphone disconnected');
  }

  /**
   * @param mutes how often a moderator has muted this person, as far as they know
   * @throws ProtocolError NOT_FOUND when none is connected; where it is to be opened FORBIDDEN or WRONG_STATE
   */
  async setMuted(session: PeerSession, muted: boolean, mutes: number): Promise<void> {
    const { room, people, recording } = this.#options;
    const { seat, peerId } = session;
    const { media, producerId } = seat;
    if (!producerId) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    if (!muted) room.muting.requireMayOpen(peerId, mutes);
    await media.setMuted(muted);
    // It may have been unplugged meanwhile.
    if (session.isClosed || seat.producerId !== producerId) return;
    if (!muted) this.#requireStillOpen(session, mutes);
    recording.setMuted(producerId, muted);
    people.publish(room.muting.setMicrophone(peerId, muted ? 'muted' : 'open'));
  }

  /** Something was quicker, and the worker may not know of it: other settings, or another role. */
  #requireStillOpen(session: PeerSession, mutes: number): void {
    try {
      this.#options.room.muting.requireMayOpen(session.peerId, mutes);
    } catch (error) {
      void session.seat.media.setMuted(true).catch(() => undefined);
      throw error;
    }
  }

  /** A moderator muted it: the worker is asked at once, whoever else has asked for something meanwhile. */
  silence(session: PeerSession): void {
    const { media, producerId } = session.seat;
    if (!producerId) return;
    // Rejects when it is gone, and silent so.
    void media.setMuted(true).catch(() => undefined);
    this.#options.recording.setMuted(producerId, true);
  }

  /** It ended with all that its owner sent. */
  forgetOf({ seat }: PeerSession): void {
    if (seat.producerId) this.forget(seat.producerId);
    seat.producerId = null;
  }

  /** One whose owner is gone. */
  forget(producerId: ProducerId): void {
    this.#options.levels.remove(producerId);
    this.#options.hearing.microphoneGone(producerId);
    this.#options.recording.microphoneGone(producerId);
  }

  /** Everyone whose microphone is connected. */
  speakers(): Speaker[] {
    const { room, people } = this.#options;
    return people.all.flatMap(({ identity: { peerId, displayName }, seat: { producerId } }) => {
      if (!producerId) return [];
      const muted = room.peer(peerId).microphone === 'muted';
      return [{ producerId, muted, peerId, displayName }];
    });
  }
}
