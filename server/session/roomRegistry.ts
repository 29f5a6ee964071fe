import {
  ProtocolError,
  type InvitationId,
  type PeerId,
  type RecordingId,
  type Resume,
  type Role,
  type RoomId,
  type RunningRecording,
} from '#protocol';
import { refuseBanned } from '../domain/bans.ts';
import { Room } from '../domain/room.ts';
import { roleBy, withoutGifts, type Standing } from '../domain/standings.ts';
import { LiveRoom } from './liveRoom.ts';
import type { JoinOptions, Joined } from './seating.ts';
import type { PeerSession } from './peerSession.ts';
import type {
  BanBook,
  ClientChannel,
  Clock,
  Identity,
  Log,
  MediaEngine,
  OpenRooms,
  Recorder,
  RecordingControl,
  RoomBook,
  RoomRecord,
  RoomStore,
  SpeechEngine,
} from './ports.ts';

export interface RoomRegistryOptions {
  readonly engine: MediaEngine;
  readonly recorder: Recorder;
  /** Null where the server has no voice. */
  readonly speech: SpeechEngine | null;
  readonly bans: BanBook;
  readonly book: RoomBook;
  readonly store: RoomStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeRecordingId: () => RecordingId;
  readonly makeResumeToken: () => string;
  readonly maxPeersPerRoom: number;
  readonly maxRecordingMs: number;
  /** How long changes of a roster are gathered; see RosterNews. */
  readonly rosterBatchMs?: number;
}

/** The rooms that are open. Opens one on its first join, however many arrive together. */
export class RoomRegistry implements RecordingControl, OpenRooms {
  readonly #rooms = new Map<RoomId, Promise<LiveRoom>>();
  /** Those of `#rooms` that stand, for questions that must not wait. */
  readonly #open = new Map<RoomId, LiveRoom>();
  readonly #options: RoomRegistryOptions;
  #stopping = false;

  constructor(options: RoomRegistryOptions) {
    this.#options = options;
  }

  /**
   * The session of somebody who was in a room moments ago, to go on over another socket; its `join`
   * comes next. Null where that cannot be.
   */
  resume(identity: Identity, resume: Resume, channel: ClientChannel): PeerSession | null {
    return this.#open.get(identity.roomId)?.resume(identity.peerId, resume, channel) ?? null;
  }

  /**
   * @throws ProtocolError WRONG_STATE, UNAUTHORIZED, INVITATION_REVOKED, ROOM_FULL, ROOM_LOCKED, WAITING,
   * SERVER_STOPPING, or what a ban says
   */
  async join(session: PeerSession, options: JoinOptions): Promise<Joined> {
    if (session.isReturning) return session.seat.room.comeBack(session, options);
    session.beginJoin();
    try {
      this.#refuseBanned(session);
      return await this.#seat(session, options);
    } catch (error) {
      session.failJoin();
      throw error;
    }
  }

  roleOf({ roomId, peerId, role }: Pick<Identity, 'roomId' | 'peerId' | 'role'>): Role {
    return roleBy(this.#standingOf(roomId, peerId), role);
  }

  knows({ roomId, peerId, invitationId }: Parameters<OpenRooms['knows']>[0]): boolean {
    return this.#standingOf(roomId, peerId).invitationId === invitationId;
  }

  endAdmitted(roomId: RoomId, invitationId: InvitationId, except: PeerId | null): void {
    const open = this.#open.get(roomId);
    if (open) return open.desks.order.endAdmitted(invitationId, except);
    // Nobody is back yet since the server began to run: what is kept of them is changed where it lies.
    const { memory, kept } = this.#options.store.open(roomId);
    for (const [peerId, standing] of kept.standings) {
      if (standing.invitationId !== invitationId || peerId === except) continue;
      memory.keepStanding(peerId, { ...standing, ...withoutGifts(standing) });
    }
    memory.release();
  }

  status(roomId: RoomId): { peerCount: number; recording: boolean } {
    const room = this.#open.get(roomId);
    return { peerCount: room?.peerCount ?? 0, recording: room?.isRecording ?? false };
  }

  async startRecording(roomId: RoomId, startedBy: string): Promise<RunningRecording> {
    const room = this.#open.get(roomId);
    if (!room) throw new ProtocolError('NOT_FOUND', 'nobody is in the room');
    return room.startRecordingFor(startedBy);
  }

  async stopRecording(roomId: RoomId, recordingId: RecordingId): Promise<void> {
    const room = this.#open.get(roomId);
    if (room?.recordingId !== recordingId) {
      throw new ProtocolError('RECORDING_STATE', 'the recording has ended');
    }
    await room.desks.recording.stop('stopped');
  }

  /** How many people are in all of them. */
  get peerCount(): number {
    let count = 0;
    for (const room of this.#open.values()) count += room.peerCount;
    return count;
  }

  /** Ends a room that another server has: those in it go there. */
  async endRoom(roomId: RoomId): Promise<void> {
    const room = await this.#rooms.get(roomId)?.catch(() => null);
    await room?.close('SERVER_STOPPING', 'serverStopping');
  }

  /** Ends every room; resolves when all that was being recorded is safe. */
  async close(): Promise<void> {
    this.#stopping = true;
    const rooms = await Promise.allSettled(this.#rooms.values());
    await Promise.all(
      rooms.map((room) =>
        room.status === 'fulfilled' ? room.value.close('SERVER_STOPPING', 'serverStopping') : null,
      ),
    );
  }

  /** Also of a room to which nobody is back yet since the server began to run. */
  #standingOf(roomId: RoomId, peerId: PeerId): Standing {
    const open = this.#open.get(roomId);
    return open ? open.standingOf(peerId) : this.#options.store.standingOf(roomId, peerId);
  }

  #refuseBanned({ peerId, identity }: PeerSession): void {
    const nowMs = this.#options.clock.wallMs();
    refuseBanned(this.#options.bans.banOf(identity.roomId, peerId, nowMs), nowMs);
  }

  async #seat(session: PeerSession, options: JoinOptions): Promise<Joined> {
    for (;;) {
      const room = await this.#openRoom(session);
      if (room.mediaIsBack) await room.mediaIsBack;
      // The last peer may have left, and closed the room, between its opening and this line.
      if (room.isClosed) continue;
      // Meanwhile a moderator may have decided otherwise.
      this.#refuseBanned(session);
      try {
        return await room.join(session, options);
      } finally {
        room.closeIfEmpty();
      }
    }
  }

  #openRoom({ identity }: PeerSession): Promise<LiveRoom> {
    if (this.#stopping) throw new ProtocolError('SERVER_STOPPING', 'the server is stopping');
    const { roomId } = identity;
    const known = this.#rooms.get(roomId);
    if (known) return known;
    const record = this.#options.book.find(roomId);
    if (!record) throw new ProtocolError('UNAUTHORIZED', 'no such room');

    const forget = () => {
      if (this.#rooms.get(roomId) === opening) {
        this.#rooms.delete(roomId);
        this.#open.delete(roomId);
      }
    };
    const { memory, kept } = this.#options.store.open(roomId);
    const { phrases, standings, speech: keptSpeech } = kept;
    const isExpected = standings.size > 0;
    const room = new Room({
      ...(isExpected ? record : unlocked(record)),
      ...{ phrases, standings },
      maxPeers: this.#options.maxPeersPerRoom,
      keepStanding: (peerId, standing) => memory.keepStanding(peerId, standing),
    });
    const opening = LiveRoom.create({
      ...this.#options,
      ...{ room, memory, keptSpeech, isExpected },
      onClosed: forget,
    });
    this.#rooms.set(roomId, opening);
    opening.then(
      (room) => room.isClosed || this.#open.set(roomId, room),
      () => {
        memory.release();
        forget();
      },
    );
    return opening;
  }
}

/** A lock is for those who were in: where nobody is expected back it is over. */
function unlocked(record: RoomRecord): RoomRecord {
  return { ...record, settings: { ...record.settings, locked: false } };
}
