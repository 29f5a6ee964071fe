import {
  ProtocolError,
  type ConsentAnswer,
  type PeerId,
  type Phrase,
  type RecordingId,
  type Resume,
  type RoomSnapshot,
  type RtpCapabilities,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import type { Room } from '../domain/room.ts';
import { Absences } from './absences.ts';
import { Attendance } from './attendance.ts';
import { Microphones } from './microphones.ts';
import { PeersMedia } from './peersMedia.ts';
import type { PeerSession, Seat } from './peerSession.ts';
import { PhraseDesk } from './phraseDesk.ts';
import type {
  BanBook,
  ClientChannel,
  Clock,
  KeptSpeech,
  Log,
  MediaEngine,
  Recorder,
  RoomMemory,
  SpeechEngine,
} from './ports.ts';
import { RecordingDesk } from './recordingDesk.ts';
import { RoomMedia } from './roomMedia.ts';
import { SpeakerLevels } from './speakerLevels.ts';
import { Vacancy } from './vacancy.ts';

export interface LiveRoomOptions {
  readonly room: Room;
  readonly engine: MediaEngine;
  readonly recorder: Recorder;
  readonly speech: SpeechEngine | null;
  readonly bans: BanBook;
  readonly memory: RoomMemory;
  readonly keptSpeech: KeptSpeech | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: () => RecordingId;
  readonly makeResumeToken: () => string;
  readonly maxRecordingMs: number;
  readonly onClosed: () => void;
}

/** A room that runs: its rules, its media, its people's sessions and its recording, kept in step. */
export class LiveRoom {
  readonly #room: Room;
  readonly #media: RoomMedia;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onClosed: () => void;
  readonly #people: Attendance;
  readonly #absences: Absences;
  readonly #peersMedia: PeersMedia;
  readonly #makeResumeToken: () => string;
  readonly #microphones: Microphones;
  readonly #desk: RecordingDesk;
  readonly #phrases: PhraseDesk;
  readonly #memory: RoomMemory;
  /** Languages in which phrases are spoken here. */
  readonly #voices: string[];
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
        levels: (loudest) => {
          levels.update(loudest);
          opened.live?.phrases.heard(loudest[0]?.dBov ?? null);
        },
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
    this.#room = options.room;
    this.#media = media;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onClosed = options.onClosed;
    this.#memory = options.memory;
    this.#people = new Attendance(options.log);
    this.#absences = new Absences({ ...options, people: this.#people });
    this.#makeResumeToken = options.makeResumeToken;
    levels.onChange = (change) => this.#people.tell('levelsChanged', change);
    this.#desk = new RecordingDesk({
      ...options,
      media: () => media.current,
      publish: (events) => this.#people.publish(events),
      speakers: () => this.#microphones.speakers(),
      tell: this.#people.tell,
    });
    this.#microphones = new Microphones({
      ...options,
      people: this.#people,
      recording: this.#desk,
      levels,
      isOpen: () => !this.#closed,
    });
    this.#vacancy = new Vacancy({
      clock: options.clock,
      isEmpty: () => this.#room.isEmpty,
      isRecorded: () => this.isRecording,
      close: () => void this.close('SERVER_STOPPING', 'roomClosed'),
    });
    this.#voices = [...(options.speech?.languages ?? [])];
    this.#phrases = new PhraseDesk({
      ...options,
      people: this.#people,
      recording: this.#desk,
      engine: options.speech,
      media: () => media.current,
    });
    this.#peersMedia = new PeersMedia({
      ...options,
      media,
      people: this.#people,
      absences: this.#absences,
      microphones: this.#microphones,
      intake: this.#phrases.intake,
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
    return this.#room.recording !== null;
  }

  get recordingId(): RecordingId | null {
    return this.#room.recording?.recordingId ?? null;
  }

  /** Set for a moment after a worker's death: resolves when people can be seated again. */
  get mediaIsBack(): Promise<unknown> | null {
    return this.#media.reopening;
  }

  /**
   * Seats a session whose join has begun. The same person coming in again takes over from before.
   * The caller says `closeIfEmpty` afterwards, however it went.
   */
  join(session: PeerSession, answer?: ConsentAnswer): RoomSnapshot {
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    this.#vacancy.during(() => this.#seat(session, answer));
    this.#log.info(
      { roomId: this.roomId, peerId: session.peerId, role: session.identity.role },
      'peer joined',
    );
    return this.#snapshot(session, { resumed: false });
  }

  /** The session of somebody who was here moments ago and shows so, now over another socket. */
  resume(peerId: PeerId, resume: Resume, channel: ClientChannel): PeerSession | null {
    const session = this.#people.of(peerId);
    return session?.resume(channel, resume) ? session : null;
  }

  /** Somebody is back before their place was given up. */
  comeBack(session: PeerSession): RoomSnapshot {
    session.comeBack();
    this.#absences.end(session);
    return this.#snapshot(session, { resumed: true });
  }

  #snapshot(session: PeerSession, { resumed }: { resumed: boolean }): RoomSnapshot {
    const resumeToken = this.#makeResumeToken();
    session.seat.resumeTokens = [resumeToken, ...session.seat.resumeTokens.slice(0, 1)];
    return {
      ...this.#room.snapshot(session.peerId),
      resumeToken,
      resumed,
      logId: this.#memory.logId,
      speech: this.#phrases.speech,
      voices: this.#voices,
      routerRtpCapabilities: this.#media.current.rtpCapabilities,
      serverTime: this.#clock.wallMs(),
    };
  }

  #seat(session: PeerSession, answer: ConsentAnswer | undefined): void {
    this.#people.of(session.peerId)?.remove('REPLACED');
    const events = this.#room.join(session.identity, answer, this.#clock.wallMs());
    try {
      const media = this.#peersMedia.add(session);
      session.takeSeat({
        ...{ room: this, media, producerId: null, rtpCapabilities: null, followsPhrases: false },
        ...{ reachable: false, reachableChangedMs: this.#clock.monotonicMs(), resumeTokens: [] },
      });
    } catch (error) {
      this.#people.publish([...events, ...this.#room.leave(session.peerId)]);
      throw error;
    }
    this.#people.add(session);
    this.#wasEntered = true;
    this.#desk.keepAnswers(events);
    this.#people.publish(events, session.peerId);
  }

  /** Called by the session, once, as it gives up its seat. */
  leave(session: PeerSession, { media, producerId }: Seat, how: { mayReturn: boolean }): void {
    this.#absences.forget(session);
    if (!this.#people.remove(session)) return;
    if (producerId) this.#microphones.forget(producerId);
    media.close();
    this.#people.publish(this.#room.leave(session.peerId));
    this.#log.info({ roomId: this.roomId, peerId: session.peerId }, 'peer left');
    this.#vacancy.left(how);
  }

  phrasesAfter(seq: number): Phrase[] {
    return this.#room.phrasesAfter(seq);
  }

  /** From here on every microphone is announced to `session`. */
  startReceiving(session: PeerSession, rtpCapabilities: RtpCapabilities): void {
    const voice = this.#voices.length > 0 ? this.#media.current.voice.producerId : null;
    this.#people.startReceiving(session, rtpCapabilities, voice);
  }

  startRecording(session: PeerSession): Promise<RunningRecording> {
    return this.#desk.start(session.identity, () => !this.#closed && !session.isClosed);
  }

  /** Begins a recording for somebody who need not be in the room. */
  startRecordingFor(displayName: string): Promise<RunningRecording> {
    return this.#desk.start({ peerId: null, displayName }, () => !this.#closed);
  }

  /** Those whose socket was lost, and who may be back. */
  get absences(): Absences {
    return this.#absences;
  }

  get peersMedia(): PeersMedia {
    return this.#peersMedia;
  }

  get microphones(): Microphones {
    return this.#microphones;
  }

  /** What is written in the room, and what becomes of it. */
  get phrases(): PhraseDesk {
    return this.#phrases;
  }

  /** What the moderator, or the person concerned, does to the recording. */
  get recording(): RecordingDesk {
    return this.#desk;
  }

  closeIfEmpty(): void {
    this.#vacancy.check();
  }

  /** Ends the room for everyone in it. Resolves when what was being recorded is safe. Idempotent. */
  async close(code: 'SERVER_STOPPING' | 'INTERNAL', reason: StopReason): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#vacancy.end();
    this.#phrases.close();
    const recorded = this.isRecording ? this.#desk.stop(reason) : Promise.resolve();
    for (const session of this.#people.all) session.remove(code);
    this.#media.close();
    this.#endMemory(reason);
    this.#onClosed();
    this.#log.info({ roomId: this.roomId, reason }, 'room closed');
    await recorded;
  }

  /** A room that everybody left is forgotten. One that nobody got into again is not: others may yet. */
  #endMemory(reason: StopReason): void {
    if (reason === 'roomClosed' && this.#wasEntered) this.#memory.forget();
    else this.#memory.release();
  }

  /** The room goes on with a new media side, and everyone builds theirs anew. */
  #mediaDied(): void {
    if (this.#closed) return;
    this.#log.warn({ roomId: this.roomId }, 'room lost its media side');
    this.#desk.mediaDied();
    void this.#media.reopen().then((isOpen) => {
      if (!isOpen) void this.close('INTERNAL', 'interrupted');
    });
    this.#peersMedia.lost();
  }
}
