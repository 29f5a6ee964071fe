import {
  ProtocolError,
  can,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RecordingId,
  type RoomSnapshot,
  type RtpCapabilities,
  type RtpParameters,
  type RunningRecording,
  type StopReason,
} from '#protocol';
import { announce } from './announce.ts';
import type { Room } from '../domain/room.ts';
import { type RoomEvent } from '../domain/room.ts';
import { parseDraft } from './phraseDraft.ts';
import type { PeerSession, Seat } from './peerSession.ts';
import type { Clock, Log, MediaEngine, MediaRoom, Recorder } from './ports.ts';
import { RoomRecording } from './roomRecording.ts';
import { SpeakerLevels } from './speakerLevels.ts';

export interface LiveRoomOptions {
  readonly room: Room;
  readonly engine: MediaEngine;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: () => RecordingId;
  readonly onClosed: () => void;
}

/** A room that runs: its rules, its media, its people's sessions and its recording, kept in step. */
export class LiveRoom {
  readonly #room: Room;
  readonly #media: MediaRoom;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #makeRecordingId: () => RecordingId;
  readonly #onClosed: () => void;
  readonly #sessions = new Map<PeerId, PeerSession>();
  readonly #levels: SpeakerLevels;
  readonly #recording: RoomRecording;
  /** Somebody is on the way to a seat: an empty room is about to be one no longer. */
  #isSeating = false;
  #closed = false;

  static async create(options: LiveRoomOptions): Promise<LiveRoom> {
    const levels = new SpeakerLevels();
    // The media side reports from its first moment, before there is a room to end.
    const opened: { live?: LiveRoom } = {};
    const media = await options.engine.openRoom(options.room.roomId, {
      levels: (loudest) => levels.update(loudest),
      dominantSpeaker: (producerId) => levels.setDominant(producerId),
      died: () => void opened.live?.close('INTERNAL', 'interrupted'),
    });
    opened.live = new LiveRoom(options, media, levels);
    options.log.info({ roomId: options.room.roomId }, 'room opened');
    return opened.live;
  }

  private constructor(options: LiveRoomOptions, media: MediaRoom, levels: SpeakerLevels) {
    this.#room = options.room;
    this.#media = media;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#makeRecordingId = options.makeRecordingId;
    this.#onClosed = options.onClosed;
    this.#levels = levels;
    this.#levels.onChange = (change) => this.#tellAll('levelsChanged', change);
    this.#recording = new RoomRecording({
      recorder: options.recorder,
      media,
      log: options.log,
      onFailed: () => {
        if (this.isRecording) void this.stopRecording('storageFailed');
      },
      onReady: (recordingId) => this.#tellThoseWhoSeeRecordings(recordingId),
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

  /**
   * Seats a session whose join has begun. The same person coming in again takes over from before.
   * The caller says `closeIfEmpty` afterwards, however it went.
   */
  join(session: PeerSession): RoomSnapshot {
    if (session.isClosed) throw new ProtocolError('WRONG_STATE', 'connection closed');
    this.#isSeating = true;
    try {
      this.#seat(session);
    } finally {
      this.#isSeating = false;
    }
    this.#log.info(
      { roomId: this.roomId, peerId: session.peerId, role: session.identity.role },
      'peer joined',
    );
    return {
      ...this.#room.snapshot(session.peerId),
      routerRtpCapabilities: this.#media.rtpCapabilities,
      serverTime: this.#clock.wallMs(),
    };
  }

  #seat(session: PeerSession): void {
    this.#sessions.get(session.peerId)?.remove('REPLACED');
    const events = this.#room.join(session.identity);
    try {
      const media = this.#media.addPeer(session.peerId, {
        phraseMessage: (message) => this.#takePhrase(session, message),
        consumerClosed: (consumerId) => session.channel.notify('consumerClosed', { consumerId }),
      });
      session.takeSeat({ room: this, media, producerId: null, rtpCapabilities: null });
    } catch (error) {
      this.#publish([...events, ...this.#room.leave(session.peerId)]);
      throw error;
    }
    this.#sessions.set(session.peerId, session);
    this.#publish(events, session.peerId);
  }

  /** Called by the session, once, as it gives up its seat. */
  leave(session: PeerSession, { media, producerId }: Seat): void {
    if (this.#sessions.get(session.peerId) !== session) return;
    this.#sessions.delete(session.peerId);
    if (producerId) this.#forgetMicrophone(producerId);
    media.close();
    this.#publish(this.#room.leave(session.peerId));
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
    this.#publish(this.#room.setMicrophone(session.peerId, options.muted ? 'muted' : 'open'));
    this.#recording.addSpeaker({ producerId, muted: options.muted, ...session.identity });
    for (const listener of this.#sessions.values()) {
      if (listener !== session) void announce(listener, session.peerId, producerId, this.#log);
    }
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
    this.#publish(this.#room.setMicrophone(session.peerId, 'none'));
    this.#log.info({ roomId: this.roomId, peerId: session.peerId }, 'microphone disconnected');
  }

  phrasesAfter(seq: number): Phrase[] {
    return this.#room.phrasesAfter(seq);
  }

  /** From here on every microphone is announced to `session`. */
  startReceiving(session: PeerSession, rtpCapabilities: RtpCapabilities): void {
    session.seat.rtpCapabilities = rtpCapabilities;
    for (const speaker of this.#sessions.values()) {
      const { producerId } = speaker.seat;
      if (speaker !== session && producerId) {
        void announce(session, speaker.peerId, producerId, this.#log);
      }
    }
  }

  async setMuted(session: PeerSession, muted: boolean): Promise<void> {
    const { media, producerId } = session.seat;
    if (!producerId) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await media.setMuted(muted);
    if (session.isClosed) return;
    this.#recording.setMuted(producerId, muted);
    this.#publish(this.#room.setMicrophone(session.peerId, muted ? 'muted' : 'open'));
  }

  async startRecording(session: PeerSession): Promise<RunningRecording> {
    const { roomId, roomName } = this.#room;
    const recordingId = this.#makeRecordingId();
    await this.#recording.start({
      recordingId,
      roomId,
      roomName,
      startedBy: session.identity.displayName,
    });
    if (this.#closed || session.isClosed) {
      await this.#recording.stop('roomClosed');
      throw new ProtocolError('WRONG_STATE', 'the room closed');
    }
    this.#publish(this.#room.startRecording(session.peerId, recordingId, this.#clock.wallMs()));
    for (const speaker of this.#sessions.values()) {
      const { producerId } = speaker.seat;
      if (producerId) {
        const muted = this.#room.microphoneOf(speaker.peerId) === 'muted';
        this.#recording.addSpeaker({ producerId, muted, ...speaker.identity });
      }
    }
    return this.#room.recording as RunningRecording;
  }

  /** @throws ProtocolError RECORDING_STATE when none is running */
  async stopRecording(reason: StopReason): Promise<void> {
    this.#publish(this.#room.stopRecording(reason));
    await this.#recording.stop(reason);
  }

  closeIfEmpty(): void {
    if (this.#isSeating || this.#closed || !this.#room.isEmpty) return;
    void this.close('SERVER_STOPPING', 'roomClosed');
  }

  /** Ends the room for everyone in it. Resolves when what was being recorded is safe. Idempotent. */
  async close(code: 'SERVER_STOPPING' | 'INTERNAL', reason: StopReason): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const recorded = this.isRecording ? this.stopRecording(reason) : Promise.resolve();
    for (const session of [...this.#sessions.values()]) session.remove(code);
    this.#media.close();
    this.#onClosed();
    this.#log.info({ roomId: this.roomId, reason }, 'room closed');
    await recorded;
  }

  #forgetMicrophone(producerId: ProducerId): void {
    this.#levels.remove(producerId);
    this.#recording.removeSpeaker(producerId);
  }

  #takePhrase(session: PeerSession, message: Uint8Array): void {
    if (session.isClosed) return;
    const draft = parseDraft(message);
    if (!draft) {
      session.channel.notify('phraseRejected', { draftId: null, code: 'INVALID_MESSAGE' });
      return;
    }
    try {
      const phrase = this.#room.say(session.peerId, draft, {
        wallMs: this.#clock.wallMs(),
        monotonicMs: this.#clock.monotonicMs(),
      });
      this.#media.broadcastPhrase(phrase);
      this.#recording.phrase(phrase);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const { code, retryAfterMs } = error.toBody();
      session.channel.notify('phraseRejected', {
        draftId: draft.draftId,
        code,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
    }
  }

  #publish(events: readonly RoomEvent[], except?: PeerId): void {
    for (const { type, ...body } of events) {
      for (const session of this.#sessions.values()) {
        if (session.peerId !== except) session.channel.notify(type, body as never);
      }
    }
  }

  #tellAll(...[name, body]: Parameters<PeerSession['channel']['notify']>): void {
    for (const session of this.#sessions.values()) session.channel.notify(name, body);
  }

  #tellThoseWhoSeeRecordings(recordingId: RecordingId): void {
    for (const session of this.#sessions.values()) {
      if (can(session.identity.role, 'seeRecordings')) {
        session.channel.notify('recordingReady', { recordingId });
      }
    }
  }
}
