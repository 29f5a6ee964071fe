import type { CallOrder, PeerId, Role } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { RoomEvent } from '../domain/roomEvents.ts';
import type { Attendance } from './attendance.ts';
import type { HearingDesk } from './hearingDesk.ts';
import type { Microphones } from './microphones.ts';
import type { ModerationNews } from './moderationNews.ts';
import type { PeersMedia } from './peersMedia.ts';
import type { PeerSession } from './peerSession.ts';
import type { Clock, Log } from './ports.ts';
import type { RecordingDesk } from './recordingDesk.ts';

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly microphones: Microphones;
  readonly hearing: HearingDesk;
  readonly peersMedia: PeersMedia;
  readonly moderation: ModerationNews;
  readonly recording: RecordingDesk;
  readonly clock: Clock;
  readonly log: Log;
}

/** Hands, the floor, roles and mutes: decided by the room's rules, and carried out at the SFU before anybody is told. */
export class StageDesk {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  raiseHand({ peerId }: PeerSession): void {
    const { room, clock } = this.#options;
    this.#carryOut(room.stage.raiseHand(peerId, clock.wallMs()));
  }

  lowerHand({ peerId }: PeerSession): void {
    this.#carryOut(this.#options.room.stage.lowerHand(peerId));
  }

  /** @throws ProtocolError WRONG_STATE or ROOM_FULL */
  answerFloor({ peerId }: PeerSession, accept: boolean): void {
    this.#carryOut(this.#options.room.stage.answerFloor(peerId, accept));
  }

  /** @throws ProtocolError NOT_FOUND, WRONG_STATE or ROOM_FULL */
  giveFloor(peerId: PeerId): void {
    this.#carryOut(this.#options.room.stage.giveFloor(peerId));
  }

  /** @throws ProtocolError ROOM_FULL */
  callNext(order: CallOrder): PeerId | null {
    const peerId = this.#options.room.stage.next(order);
    if (peerId) this.giveFloor(peerId);
    return peerId;
  }

  /** @throws ProtocolError NOT_FOUND */
  lowerHandOf(peerId: PeerId): void {
    const { room } = this.#options;
    this.#carryOut(room.stage.lowerHand(room.find(peerId).peerId));
  }

  /** @throws ProtocolError NOT_FOUND, WRONG_STATE or ROOM_FULL */
  setRole(peerId: PeerId, role: Role): void {
    const { room, log } = this.#options;
    this.#carryOut(room.stage.setRole(peerId, role));
    log.info({ roomId: room.roomId, peerId, role }, 'role given');
  }

  /** @throws ProtocolError NOT_FOUND */
  handOver(by: PeerSession, peerId: PeerId): void {
    this.#carryOut(this.#options.room.stage.handOver(by.peerId, peerId));
  }

  /** @throws ProtocolError NOT_FOUND */
  mute(peerId: PeerId): void {
    this.#carryOut(this.#options.room.muting.mute(peerId));
  }

  muteOthers({ peerId }: PeerSession): void {
    this.#carryOut(this.#options.room.muting.muteOthers(peerId));
  }

  #carryOut(events: readonly RoomEvent[]): void {
    const { room, people, recording, hearing } = this.#options;
    for (const event of events) this.#enforce(event);
    const roles = events.flatMap((event) =>
      event.type === 'peerChanged' && event.peer.role !== event.before.role
        ? [event.peer.peerId]
        : [],
    );
    for (const peerId of roles) {
      const session = people.of(peerId);
      if (session) hearing.roleChanged(session);
    }
    const asked = room.recorded.rolesChanged(roles);
    recording.keepAnswers(asked);
    people.publish([...events, ...asked]);
  }

  #enforce(event: RoomEvent): void {
    const { people, microphones, peersMedia, moderation } = this.#options;
    switch (event.type) {
      case 'muted': {
        const session = people.of(event.peerId);
        if (session) microphones.silence(session);
        break;
      }
      case 'leftStage': {
        const session = people.of(event.peerId);
        if (session) peersMedia.leaveStage(session);
        break;
      }
      case 'moderatorsChanged': {
        const session = people.of(event.peerId);
        if (session?.role === 'moderator') moderation.tell(session);
        break;
      }
      default:
    }
  }
}
