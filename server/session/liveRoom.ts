import {
  ProtocolError,
  type ConsentAnswer,
  type Phrase,
  type ProducerId,
  type RecordingId,
  type RoomSnapshot,
  type RtpCapabilities,
  type RtpParameters,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import type { Room } from '../domain/room.ts';
import { Attendance } from './attendance.ts';
import { readDraft, rejectRefused } from './phraseIntake.ts';
import type { PeerSession, Seat } from './peerSession.ts';
import type { Clock, Log, MediaEngine, Recorder } from './ports.ts';
import { RecordingDesk } from './recordingDesk.ts';
import { RoomMedia } from './roomMedia.ts';
import type { Speaker } from './roomRecording.ts';
import { SpeakerLevels } from './speakerLevels.ts';

export interface LiveRoomOptions {
  readonly room: Room;
  readonly engine: MediaEngine;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: () => RecordingId;
  readonly maxRecordingMs: number;
  readonly onClosed: () => void;
}

/** How long a room that is being recorded stays open when everybody has left. */
const EMPTY_RECORDED_MS = 5 * 60_000;

/** A room that runs: its rules, its media, its people's sessions and its recording, kept in step. */
export class LiveRoom {
  readonly #room: Room;
  readonly #media: RoomMedia;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onClosed: () => void;
  readonly #people: Attendance;
  readonly #levels: SpeakerLevels;
  readonly #desk: RecordingDesk;
  /** Somebody is on the way to a seat: an empty room is about to be one no longer. */
  #isSeating = false;
  #cancelEmptyClose: () => void = () => {};
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
    this.#room = options.room;
    this.#media = media;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onClosed = options.onClosed;
    this.#levels = levels;
    this.#people = new Attendance(options.log);
    this.#levels.onChange = (change) => this.#people.tell('levelsChanged', change);
    this.#desk = new RecordingDesk({
      ...options,
      media: () => media.current,
      publish: (events) => this.#people.publish(events),
      speakers: () => this.#speakers(),
      tellThoseWhoSeeRecordings: (name, body) => this.#people.tell(name, body, 'seeRecordings'),
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
    this.#isSeating = true;
    try {
      this.#seat(session, answer);
    } finally {
      this.#isSeating = false;
    }
    this.#log.info(
      { roomId: this.roomId, peerId: session.peerId, role: session.identity.role },
      'peer joined',
    );
    return {
      ...this.#room.snapshot(session.peerId),
      routerRtpCapabilities: this.#media.current.rtpCapabilities,
      serverTime: this.#clock.wallMs(),
    };
  }

  #seat(session: PeerSession, answer: ConsentAnswer | undefined): void {
    this.#people.of(session.peerId)?.remove('REPLACED');
    const events = this.#room.join(session.identity, answer, this.#clock.wallMs());
    try {
      const media = this.#media.current.addPeer(session.peerId, {
        phraseMessage: (message) => this.#takePhrase(session, message),
        consumerClosed: (consumerId) => session.channel.notify('consumerClosed', { consumerId }),
      });
      session.takeSeat({ room: this, media, producerId: null, rtpCapabilities: null });
    } catch (error) {
      this.#people.publish([...events, ...this.#room.leave(session.peerId)]);
      throw error;
    }
    this.#people.add(session);
    this.#desk.keepAnswers(events);
    this.#people.publish(events, session.peerId);
  }

  /** Called by the session, once, as it gives up its seat. */
  leave(session: PeerSession, { media, producerId }: Seat): void {
    if (!this.#people.remove(session)) return;
    if (producerId) this.#forgetMicrophone(producerId);
    media.close();
    this.#people.publish(this.#room.leave(session.peerId));
    this.#log.info({ roomId: this.roomId, peerId: session.peerId }, 'peer left');
    this.closeIfEmpty();
  }

  async produce(
    session: PeerSession,
    options: { rtpParameters: RtpParameters; muted: boolean },
  ): Promise<ProducerId> {
    const { seat } = session;
    const producerId = await seat.media.produce(options);
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    seat.producerId = producerId;
    this.#levels.add(producerId, session.peerId);
    this.#people.publish(
      this.#room.setMicrophone(session.peerId, options.muted ? 'muted' : 'open'),
    );
    const speaker = { producerId, muted: options.muted, ...session.identity };
    this.#desk.microphoneConnected(speaker, () => !this.#closed);
    this.#people.announceMicrophone(session);
    this.#log.info({ roomId: this.roomId, peerId: session.peerId }, 'microphone connected');
    return producerId;
  }

  /** Disconnects a microphone. Without effect when there is none. */
  stopProducing(session: PeerSession): void {
    const { seat } = session;
    if (!seat.producerId) return;
    this.#forgetMicrophone(seat.producerId);
    seat.producerId = null;
    seat.media.closeMicrophone();
    session.freeSlot('microphone');
    this.#people.publish(this.#room.setMicrophone(session.peerId, 'none'));
    this.#log.info({ roomId: this.roomId, peerId: session.peerId }, 'microphone disconnected');
  }

  phrasesAfter(seq: number): Phrase[] {
    return this.#room.phrasesAfter(seq);
  }

  /** From here on every microphone is announced to `session`. */
  startReceiving(session: PeerSession, rtpCapabilities: RtpCapabilities): void {
    this.#people.startReceiving(session, rtpCapabilities);
  }

  async setMuted(session: PeerSession, muted: boolean): Promise<void> {
    const { media, producerId } = session.seat;
    if (!producerId) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await media.setMuted(muted);
    if (session.isClosed) return;
    this.#desk.setMuted(producerId, muted);
    this.#people.publish(this.#room.setMicrophone(session.peerId, muted ? 'muted' : 'open'));
  }

  startRecording(session: PeerSession): Promise<RunningRecording> {
    return this.#desk.start(session.identity, () => !this.#closed && !session.isClosed);
  }

  /** Begins a recording for somebody who need not be in the room. */
  startRecordingFor(displayName: string): Promise<RunningRecording> {
    return this.#desk.start({ peerId: null, displayName }, () => !this.#closed);
  }

  /** What the moderator, or the person concerned, does to the recording. */
  get recording(): RecordingDesk {
    return this.#desk;
  }

  /** A room that is recorded waits a while for somebody to come back. */
  closeIfEmpty(): void {
    if (this.#isSeating || this.#closed || !this.#room.isEmpty) return;
    this.#cancelEmptyClose();
    if (!this.isRecording) return void this.close('SERVER_STOPPING', 'roomClosed');
    this.#cancelEmptyClose = this.#clock.after(EMPTY_RECORDED_MS, () => {
      if (this.#room.isEmpty) void this.close('SERVER_STOPPING', 'roomClosed');
    });
  }

  /** Ends the room for everyone in it. Resolves when what was being recorded is safe. Idempotent. */
  async close(code: 'SERVER_STOPPING' | 'INTERNAL', reason: StopReason): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelEmptyClose();
    const recorded = this.isRecording ? this.#desk.stop(reason) : Promise.resolve();
    for (const session of this.#people.all) session.remove(code);
    this.#media.close();
    this.#onClosed();
    this.#log.info({ roomId: this.roomId, reason }, 'room closed');
    await recorded;
  }

  /** What is being recorded goes on with a new media side; without that, clients open the room anew. */
  #mediaDied(): void {
    if (this.#closed) return;
    if (!this.isRecording) return void this.close('INTERNAL', 'interrupted');
    this.#log.warn({ roomId: this.roomId }, 'room lost its media side while it was recorded');
    this.#desk.mediaDied();
    void this.#media.reopen().then((isOpen) => {
      if (!isOpen) void this.close('INTERNAL', 'interrupted');
    });
    for (const session of this.#people.all) session.remove('INTERNAL');
  }

  #forgetMicrophone(producerId: ProducerId): void {
    this.#levels.remove(producerId);
    this.#desk.microphoneGone(producerId);
  }

  #takePhrase(session: PeerSession, message: Uint8Array): void {
    const draft = session.isClosed ? null : readDraft(session.channel, message);
    if (!draft) return;
    rejectRefused(session.channel, draft, () => {
      const phrase = this.#room.say(session.peerId, draft, {
        wallMs: this.#clock.wallMs(),
        monotonicMs: this.#clock.monotonicMs(),
      });
      this.#media.current.broadcastPhrase(phrase);
      this.#desk.phrase(phrase);
    });
  }

  #speakers(): Speaker[] {
    return this.#people.all.flatMap(({ identity, seat }) => {
      if (!seat.producerId) return [];
      const muted = this.#room.microphoneOf(identity.peerId) === 'muted';
      return [{ producerId: seat.producerId, muted, ...identity }];
    });
  }
}
