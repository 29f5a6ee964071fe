import { ProtocolError, type ProducerId, type RtpParameters } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
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
    options: { rtpParameters: RtpParameters; muted: boolean },
  ): Promise<ProducerId> {
    const { room, people, recording, levels, isOpen, log } = this.#options;
    const { seat, peerId } = session;
    const { media } = seat;
    const producerId = await media.produce(options);
    // What was made on a media side that has been let go meanwhile went with it.
    if (session.isClosed || seat.media !== media) {
      throw new ProtocolError('WRONG_STATE', 'connection closed');
    }
    seat.producerId = producerId;
    levels.add(producerId, peerId);
    people.publish(room.setMicrophone(peerId, options.muted ? 'muted' : 'open'));
    recording.microphoneConnected(
      { producerId, muted: options.muted, ...session.identity },
      isOpen,
    );
    people.announceMicrophone(session);
    log.info({ roomId: room.roomId, peerId }, 'microphone connected');
    return producerId;
  }

  /** Without effect when there is none. */
  disconnect(session: PeerSession): void {
    const { room, people, log } = this.#options;
    const { seat, peerId } = session;
    if (!seat.producerId) return;
    this.forget(seat.producerId);
    seat.producerId = null;
    seat.media.closeMicrophone();
    session.freeSlot('microphone');
    people.publish(room.setMicrophone(peerId, 'none'));
    log.info({ roomId: room.roomId, peerId }, 'microphone disconnected');
  }

  /** @throws ProtocolError NOT_FOUND when none is connected */
  async setMuted(session: PeerSession, muted: boolean): Promise<void> {
    const { room, people, recording } = this.#options;
    const { seat, peerId } = session;
    const { media, producerId } = seat;
    if (!producerId) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await media.setMuted(muted);
    // It may have been unplugged meanwhile.
    if (session.isClosed || seat.producerId !== producerId) return;
    recording.setMuted(producerId, muted);
    people.publish(room.setMicrophone(peerId, muted ? 'muted' : 'open'));
  }

  /** One whose owner is gone. */
  forget(producerId: ProducerId): void {
    this.#options.levels.remove(producerId);
    this.#options.recording.microphoneGone(producerId);
  }

  /** Everyone whose microphone is connected. */
  speakers(): Speaker[] {
    const { room, people } = this.#options;
    return people.all.flatMap(({ identity, seat }) => {
      if (!seat.producerId) return [];
      const muted = room.microphoneOf(identity.peerId) === 'muted';
      return [{ producerId: seat.producerId, muted, ...identity }];
    });
  }
}
