import type {
  ClientRequestName,
  ClientRequests,
  ConsentAnswer,
  InputOf,
  OutputOf,
  ProducerId,
  RecordingId,
  Resume,
  Role,
  RoomId,
  RoomSettings,
  RoomSnapshot,
} from '#protocol';
import { ROLES, RoomSnapshotSchema } from '#protocol';
import * as v from 'valibot';
import { makeResumeToken } from '#server/ids.ts';
import { createHandlers } from '#server/session/handlers.ts';
import { PeerSession } from '#server/session/peerSession.ts';
import type { Identity } from '#server/session/ports.ts';
import { RoomRegistry } from '#server/session/roomRegistry.ts';
import {
  SETTINGS,
  bytes,
  identity,
  invitedAs,
  opusCapabilities,
  rtpParameters,
} from './builders.ts';
import { FakeMediaEngine, type FakeMediaPeer } from './fakeMedia.ts';
import { FakeRecorder } from './fakeRecorder.ts';
import { FakeBook, newInvitation } from './fakeBook.ts';
import { FakeBans, FakeRooms } from './fakeRooms.ts';
import { FakeSpeech } from './fakeSpeech.ts';
import { FakeChannel, FakeClock, FakeIceServers, FakeLog, settled } from './fakes.ts';

export const GRANTED: ConsentAnswer = { answer: 'granted', language: 'es', named: false };
export const REFUSED: ConsentAnswer = { ...GRANTED, answer: 'refused' };

/** Somebody, and how their room is set, if it is not there yet. */
type Who = Partial<Identity> & { readonly settings?: Partial<RoomSettings> };

/** The use cases, whole, on fakes. */
export class House {
  /** Consumers and announcements of everyone, in order. */
  readonly journal: string[] = [];
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly engine = new FakeMediaEngine(this.journal);
  readonly recorder = new FakeRecorder();
  readonly speech = new FakeSpeech();
  readonly iceServers = new FakeIceServers();
  readonly bans: FakeBans;
  readonly book: FakeBook;
  readonly rooms: FakeRooms;
  readonly registry: RoomRegistry;
  readonly handlers: ReturnType<typeof createHandlers>;
  #recordings = 0;

  /** @param after a house that ended: this one has what outlived it */
  constructor({
    maxPeersPerRoom = 10,
    maxRecordingMs = 14_400_000,
    speaks = false,
    rosterBatchMs = 0,
    after = undefined as House | undefined,
  } = {}) {
    this.bans = after?.bans ?? new FakeBans();
    this.book = after?.book.afterRestart() ?? new FakeBook(this.clock);
    this.rooms = after?.rooms.afterRestart() ?? new FakeRooms();
    this.registry = new RoomRegistry({
      engine: this.engine,
      recorder: this.recorder,
      speech: speaks ? this.speech : null,
      bans: this.bans,
      book: this.book,
      rosterBatchMs,
      store: this.rooms,
      clock: this.clock,
      log: this.log,
      makeResumeToken,
      makeRecordingId: () => {
        this.#recordings += 1;
        return `recording-${String(this.#recordings)}` as RecordingId;
      },
      maxPeersPerRoom,
      maxRecordingMs,
    });
    this.handlers = createHandlers(this.registry, this.iceServers);
  }

  /** Somebody whose socket stands and who has not joined. */
  visitor({ settings, ...who }: Who = {}): Visitor {
    const person = identity(who);
    this.makeRoom(person.roomId, settings);
    return new Visitor(this, person);
  }

  /** Another socket of somebody whose last one was lost; null where there is nothing to go on with. */
  comeBack(visitor: Visitor, resume: Partial<Resume> = {}): Visitor | null {
    const channel = new FakeChannel(this.journal);
    const token = resume.token ?? visitor.resumeToken;
    const shown = { receivedNews: 0, ...resume, token };
    const session = this.registry.resume(visitor.session.identity, shown, channel);
    return session && new Visitor(this, session.identity, { session, channel });
  }

  /** Somebody in the room. */
  async enter(role: Role, who: Who = {}): Promise<Visitor> {
    const visitor = this.visitor({ role, ...who });
    await visitor.join();
    return visitor;
  }

  /** Writes a room into the book, with an invitation a role, if it is not there yet. */
  makeRoom(roomId: RoomId, change: Partial<RoomSettings> = {}): void {
    if (this.book.find(roomId)) return;
    const settings = { ...SETTINGS, ...change };
    const invitations = ROLES.map((role) => newInvitation({ invitationId: invitedAs(role), role }));
    this.book.create({ roomId, roomName: 'Coro', settings }, invitations);
  }
}

/** One socket's side of the use cases, past the door. */
export class Visitor {
  readonly session: PeerSession;
  readonly channel: FakeChannel;
  /** What the last `join` was answered with. */
  resumeToken = '';
  readonly #house: House;

  constructor(
    house: House,
    who: Identity,
    returning?: { session: PeerSession; channel: FakeChannel },
  ) {
    this.#house = house;
    this.channel = returning?.channel ?? new FakeChannel(house.journal);
    this.session =
      returning?.session ??
      new PeerSession({ identity: who, channel: this.channel, clock: house.clock });
  }

  async join(): Promise<RoomSnapshot> {
    const snapshot = await this.request('join', {});
    this.resumeToken = snapshot.resumeToken;
    return v.parse(RoomSnapshotSchema, snapshot);
  }

  /** The socket breaks off. */
  lose(heardMs = this.#house.clock.monotonicMs()): void {
    this.session.lose(this.channel, heardMs);
  }

  get peerId() {
    return this.session.peerId;
  }

  get media(): FakeMediaPeer {
    return this.#house.engine.room.peer(this.peerId);
  }

  async request<Name extends ClientRequestName>(
    name: Name,
    input: InputOf<ClientRequests[Name]>,
  ): Promise<OutputOf<ClientRequests[Name]>> {
    const handle = this.#house.handlers[name] as (
      session: PeerSession,
      input: unknown,
    ) => OutputOf<ClientRequests[Name]> | Promise<OutputOf<ClientRequests[Name]>>;
    return handle(this.session, input);
  }

  /** Answers whether the newest recording may have one. */
  answer(answer: ConsentAnswer) {
    const { recordingId } = this.#house.recorder.recording.options;
    return this.request('answerConsent', { recordingId, ...answer });
  }

  /** Connects a microphone and waits until it was announced to everyone. */
  async speak({ muted = false } = {}): Promise<ProducerId> {
    const { producerId } = await this.request('produce', { rtpParameters: rtpParameters(), muted });
    await settled();
    return producerId;
  }

  async listen(): Promise<void> {
    await this.request('listen', { rtpCapabilities: opusCapabilities() });
    await settled();
  }

  /** Sends what stands on the phrase channel: an object as JSON, a string as it is. */
  say(message: unknown): void {
    this.media.events.phraseMessage(bytes(message));
  }
}
