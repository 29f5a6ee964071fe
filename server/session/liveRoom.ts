import {
  ProtocolError,
  type ConsentAnswer,
  type InvitationId,
  type PeerId,
  type Phrase,
  type RecordingId,
  type Resume,
  type Role,
  type RoomSnapshot,
  type RtpCapabilities,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import { requireGood } from '../domain/invitations.ts';
import type { Room } from '../domain/room.ts';
import type { PeerSession, Seat } from './peerSession.ts';
import type { ClientChannel, Clock, Identity, MediaEngine } from './ports.ts';
import { openDesks, type RoomDesks, type RoomDesksOptions } from './roomDesks.ts';
import { RoomMedia } from './roomMedia.ts';
import { SpeakerLevels } from './speakerLevels.ts';
import { Vacancy } from './vacancy.ts';

export interface LiveRoomOptions extends Omit<
  RoomDesksOptions,
  'media' | 'levels' | 'isOpen' | 'lobbyEmptied'
> {
  readonly engine: MediaEngine;
  readonly makeResumeToken: () => string;
  readonly onClosed: () => void;
}

/** A room that runs: who comes in and leaves, and its beginning and end. What is done in it is its desks'. */
export class LiveRoom {
  readonly desks: RoomDesks;
  readonly #options: LiveRoomOptions;
  readonly #room: Room;
  readonly #media: RoomMedia;
  readonly #clock: Clock;
  readonly #vacancy: Vacancy;
  #wasEntered = false;
  #closed = false;

  static async create(options: LiveRoomOptions): Promise<LiveRoom> {
    const levels = new SpeakerLevels();
    // The media side reports from its first moment, before there is a room to tell.
    const opened: { live?: LiveRoom } = {};
    const media = await RoomMedia.open({
      ...options,
      roomId: options.room.roomId,
      events: {
        levels: (loudest) => levels.update(loudest),
        dominantSpeaker: (producerId) => levels.setDominant(producerId),
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
    this.#clock = options.clock;
    this.#vacancy = new Vacancy({
      clock: options.clock,
      isEmpty: () => this.#room.isEmpty && this.desks.lobby.isEmpty,
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

  /** Whether they were let in, and not taken out. */
  knows(peerId: PeerId): boolean {
    return this.#room.standings.of(peerId).isKnown;
  }

  /** Of somebody who need not be in: what a moderator made them, or what they are invited as. */
  roleOfInvited(identity: Pick<Identity, 'peerId' | 'role'>): Role {
    return this.#room.roleOf(identity);
  }

  /**
   * Seats a session whose join has begun. The same person coming in again takes over from before.
   * The caller says `closeIfEmpty` afterwards, however it went.
   * @throws ProtocolError WAITING when it has to be let in first, ROOM_LOCKED, ROOM_FULL; what `requireGood` throws
   */
  join(session: PeerSession, answer?: ConsentAnswer): RoomSnapshot {
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    this.#requireInvitation(session.identity);
    this.desks.order.sees(session);
    if (this.#room.mustWait(session.identity)) {
      session.wait(this.desks.lobby);
      throw new ProtocolError('WAITING', 'a moderator lets people in');
    }
    this.#vacancy.during(() => this.#seat(session, answer));
    const { peerId, role } = session;
    this.#options.log.info({ roomId: this.roomId, peerId, role }, 'peer joined');
    return this.#snapshot(session, { resumed: false });
  }

  /** The session of somebody who was here moments ago and shows so, now over another socket. */
  resume(peerId: PeerId, resume: Resume, channel: ClientChannel): PeerSession | null {
    const session = this.desks.people.of(peerId);
    return session?.resume(channel, resume) ? session : null;
  }

  /** Somebody is back before their place was given up. */
  comeBack(session: PeerSession): RoomSnapshot {
    session.comeBack();
    this.desks.absences.end(session);
    return this.#snapshot(session, { resumed: true });
  }

  /** Called by the session, once, as it gives up its seat. */
  leave(session: PeerSession, { media, producerId }: Seat, how: { mayReturn: boolean }): void {
    const { absences, people, microphones } = this.desks;
    absences.forget(session);
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

  /** From here on every microphone is announced to `session`. */
  startReceiving(session: PeerSession, rtpCapabilities: RtpCapabilities): void {
    const speaks = this.#voices.length > 0;
    const voice = speaks ? this.#media.current.voice.producerId : null;
    this.desks.people.startReceiving(session, rtpCapabilities, voice);
  }

  startRecording(session: PeerSession): Promise<RunningRecording> {
    const { peerId, displayName } = session.identity;
    const by = { peerId, displayName };
    return this.desks.recording.start(by, () => !this.#closed && !session.isClosed);
  }

  /** Begins a recording for somebody who need not be in the room. */
  startRecordingFor(displayName: string): Promise<RunningRecording> {
    return this.desks.recording.start({ peerId: null, displayName }, () => !this.#closed);
  }

  endAdmitted(invitationId: InvitationId, except: PeerId | null): void {
    this.desks.order.endAdmitted(invitationId, except);
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

  get #voices(): readonly string[] {
    return this.#options.speech?.languages ?? [];
  }

  #snapshot(session: PeerSession, { resumed }: { resumed: boolean }): RoomSnapshot {
    const { phrases, moderation } = this.desks;
    const { makeResumeToken, memory } = this.#options;
    const { seat, peerId, role } = session;
    const resumeToken = makeResumeToken();
    seat.resumeTokens = [resumeToken, ...seat.resumeTokens.slice(0, 1)];
    seat.knownRevision = this.#room.revision;
    return {
      ...this.#room.snapshot(peerId),
      resumeToken,
      resumed,
      logId: memory.logId,
      speech: phrases.speech,
      voices: [...this.#voices],
      moderation: role === 'moderator' ? moderation.all : null,
      routerRtpCapabilities: this.#media.current.rtpCapabilities,
      serverTime: this.#clock.wallMs(),
    };
  }

  #seat(session: PeerSession, answer: ConsentAnswer | undefined): void {
    const { people, peersMedia, recording } = this.desks;
    people.of(session.peerId)?.remove('REPLACED');
    const events = this.#room.join(session.identity, answer, this.#clock.wallMs());
    try {
      const media = peersMedia.add(session);
      session.takeSeat({
        ...{ room: this, media, producerId: null, rtpCapabilities: null, followsPhrases: false },
        ...{ reachable: false, reachableChangedMs: this.#clock.monotonicMs(), resumeTokens: [] },
        ...{ knownRevision: this.#room.revision, hadMicrophone: false },
      });
    } catch (error) {
      people.publish([...events, ...this.#room.leave(session.peerId)]);
      throw error;
    }
    people.add(session);
    this.#wasEntered = true;
    recording.keepAnswers(events);
    people.publish(events);
  }

  #requireInvitation(identity: Identity): void {
    if (this.desks.order.takesBack(identity)) return;
    const invitation = this.#options.book.invitation(this.roomId, identity.invitationId);
    requireGood(invitation, this.#clock.wallMs());
  }

  /** A room that everybody left is forgotten. One that nobody got into again is not: others may yet. */
  #endMemory(reason: StopReason): void {
    const { memory } = this.#options;
    if (reason !== 'roomClosed' || !this.#wasEntered) return memory.release();
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
    void this.#media.reopen().then((isOpen) => {
      if (!isOpen) void this.close('INTERNAL', 'interrupted');
    });
    this.desks.peersMedia.lost();
  }
}
