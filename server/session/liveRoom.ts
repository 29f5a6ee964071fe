import {
  ProtocolError,
  can,
  type PeerId,
  type Phrase,
  type RecordingId,
  type Resume,
  type Role,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import type { AudienceAsked, AudiencePage } from '../domain/audiencePage.ts';
import type { Room } from '../domain/room.ts';
import type { Standing } from '../domain/standings.ts';
import type { PeerSession } from './peerSession.ts';
import type { ClientChannel, MediaEngine } from './ports.ts';
import { openDesks, type RoomDesks, type RoomDesksOptions } from './roomDesks.ts';
import { RoomMedia } from './roomMedia.ts';
import type { Seat } from './seat.ts';
import { Seating, type JoinOptions, type Joined } from './seating.ts';
import { SpeakerLevels } from './speakerLevels.ts';
import { Vacancy } from './vacancy.ts';

export interface LiveRoomOptions extends Omit<
  RoomDesksOptions,
  'media' | 'levels' | 'isOpen' | 'lobbyEmptied'
> {
  readonly engine: MediaEngine;
  readonly makeResumeToken: () => string;
  /** People were in it when an earlier run of the server ended. */
  readonly isExpected: boolean;
  readonly onClosed: () => void;
}

/** A room that runs: who comes in and leaves, and its beginning and end. What is done in it is its desks'. */
export class LiveRoom {
  readonly desks: RoomDesks;
  readonly #options: LiveRoomOptions;
  readonly #room: Room;
  readonly #media: RoomMedia;
  readonly #seating: Seating;
  readonly #vacancy: Vacancy;
  readonly #levels: SpeakerLevels;
  #closed = false;

  static async create(options: LiveRoomOptions): Promise<LiveRoom> {
    const levels = new SpeakerLevels();
    // The media side reports from its first moment, before there is a room to tell.
    const opened: { live?: LiveRoom } = {};
    const media = await RoomMedia.open({
      ...options,
      roomId: options.room.roomId,
      opened: (side) => side.setAudienceSound(options.room.settings.audienceSound),
      events: {
        levels: (loudest) => levels.update(loudest),
        dominantSpeaker: (producerId) => levels.setDominant(producerId),
        slotsChanged: (holders) => levels.setSlots(holders),
        died: () => {
          if (opened.live) opened.live.#mediaDied();
        },
      },
    });
    opened.live = new LiveRoom(options, media, levels);
    options.log.info({ roomId: options.room.roomId }, 'room opened');
    return opened.live;
  }

  private constructor(options: LiveRoomOptions, media: RoomMedia, levels: SpeakerLevels) {
    this.#options = options;
    this.#room = options.room;
    this.#media = media;
    this.#levels = levels;
    this.#vacancy = new Vacancy({
      clock: options.clock,
      isEmpty: () => this.#room.isEmpty,
      isAwaited: () => !this.desks.lobby.isEmpty,
      isExpected: options.isExpected,
      isRecorded: () => this.isRecording,
      close: () => void this.close('SERVER_STOPPING', 'roomClosed'),
    });
    this.desks = openDesks({
      ...options,
      media,
      levels,
      isOpen: () => !this.#closed,
      lobbyEmptied: () => this.#vacancy.check(),
    });
    this.#seating = new Seating({ ...options, live: this, media, levels, desks: this.desks });
  }

  get roomId() {
    return this.#room.roomId;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get peerCount(): number {
    return this.#room.peerCount;
  }

  get isRecording(): boolean {
    return this.#room.recorded.running !== null;
  }

  get recordingId(): RecordingId | null {
    return this.#room.recorded.running?.recordingId ?? null;
  }

  /** Set for a moment after a worker's death: resolves when people can be seated again. */
  get mediaIsBack(): Promise<unknown> | null {
    return this.#media.reopening;
  }

  /** The role of somebody who is in. */
  roleOf(peerId: PeerId): Role {
    return this.#room.peer(peerId).role;
  }

  /** Of somebody who need not be in. */
  standingOf(peerId: PeerId): Standing {
    return this.#room.standings.of(peerId);
  }

  /**
   * Seats a session whose join has begun. The caller says `closeIfEmpty` afterwards, however it went.
   * @throws ProtocolError as `Seating` says
   */
  async join(session: PeerSession, { consent, listen }: JoinOptions): Promise<Joined> {
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    this.#seating.requireAdmission(session);
    this.#vacancy.during(() => this.#seating.seat(session, consent));
    const { peerId, role } = session;
    this.#options.log.info({ roomId: this.roomId, peerId, role }, 'peer joined');
    const listening = listen ? await this.#seating.listen(session, listen) : null;
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    return {
      ...this.#seating.snapshot(session, { resumed: false }),
      ...(listening && { listening }),
      ...this.#routes(listen),
    };
  }

  /** The session of somebody who was here moments ago and shows so, now over another socket. */
  resume(peerId: PeerId, resume: Resume, channel: ClientChannel): PeerSession | null {
    const session = this.desks.people.of(peerId);
    return session?.resume(channel, resume) ? session : null;
  }

  /** Somebody is back before their place was given up. */
  comeBack(session: PeerSession, { listen }: JoinOptions): Joined {
    session.comeBack();
    this.desks.absences.end(session);
    return { ...this.#seating.snapshot(session, { resumed: true }), ...this.#routes(listen) };
  }

  /** Called by the session, once, as it gives up its seat. */
  leave(session: PeerSession, seat: Seat, how: { mayReturn: boolean }): void {
    const { media, producerId } = seat;
    const { absences, people, microphones } = this.desks;
    absences.forget(session);
    seat.ears?.close();
    if (!people.remove(session)) return;
    if (producerId) microphones.forget(producerId);
    media.close();
    people.publish(this.#room.leave(session.peerId));
    this.#options.log.info({ roomId: this.roomId, peerId: session.peerId }, 'peer left');
    this.#vacancy.left(how);
  }

  phrasesAfter(seq: number): Phrase[] {
    return this.#room.phrasesAfter(seq);
  }

  listAudience(asked: AudienceAsked): AudiencePage {
    return this.#room.listAudience(asked);
  }

  startRecording(session: PeerSession): Promise<RunningRecording> {
    const { peerId, displayName } = session.identity;
    const by = { peerId, displayName };
    const mayStill = () => !session.isClosed && can(session.role, 'record');
    return this.desks.recording.start(by, () => !this.#closed && mayStill());
  }

  /** Begins a recording for somebody who need not be in the room. */
  startRecordingFor(displayName: string): Promise<RunningRecording> {
    return this.desks.recording.start({ peerId: null, displayName }, () => !this.#closed);
  }

  closeIfEmpty(): void {
    this.#vacancy.check();
  }

  /** Ends the room for everyone in it. Resolves when what was being recorded is safe. Idempotent. */
  async close(code: 'SERVER_STOPPING' | 'INTERNAL', reason: StopReason): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { phrases, recording, people, lobby, hostWatch, moderation } = this.desks;
    this.#vacancy.end();
    phrases.close();
    const recorded = this.isRecording ? recording.stop(reason) : Promise.resolve();
    for (const session of [...people.all, ...lobby.sessions]) session.remove(code);
    for (const part of [people, hostWatch, moderation]) part.close();
    this.#media.close();
    this.#endMemory(reason);
    this.#options.onClosed();
    this.#options.log.info({ roomId: this.roomId, reason }, 'room closed');
    await recorded;
  }

  /** For who does not know yet what the server routes. */
  #routes(listen: JoinOptions['listen']) {
    return listen ? {} : { routerRtpCapabilities: this.#options.engine.rtpCapabilities };
  }

  /** A room that everybody left is forgotten. One that nobody got into again is not: others may yet. */
  #endMemory(reason: StopReason): void {
    const { memory } = this.#options;
    if (reason !== 'roomClosed' || !this.#vacancy.wasEntered) return memory.release();
    memory.forget();
    this.#unlock();
  }

  /** A lock is for those who are in: with the last of them it is over. */
  #unlock(): void {
    const { book, log } = this.#options;
    const { locked } = this.#room.settings;
    if (!locked) return;
    try {
      book.put({ roomId: this.roomId, ...this.#room.settingsAfter({ locked: false }) });
    } catch (err) {
      log.warn({ roomId: this.roomId, err }, 'room could not be unlocked');
    }
  }

  /** The room goes on with a new media side, and everyone builds theirs anew. */
  #mediaDied(): void {
    if (this.#closed) return;
    this.#options.log.warn({ roomId: this.roomId }, 'room lost its media side');
    this.desks.recording.mediaDied();
    this.#levels.setSlots([]);
    void this.#media.reopen().then((isOpen) => {
      if (!isOpen) void this.close('INTERNAL', 'interrupted');
    });
    this.desks.peersMedia.lost();
  }
}
