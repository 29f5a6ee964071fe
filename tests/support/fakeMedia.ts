import {
  ProtocolError,
  type ConsumerId,
  type DataConsumerId,
  type DataProducerId,
  type Direction,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RoomId,
} from '#protocol';
import type {
  AudioSink,
  AudioTap,
  MediaEngine,
  MediaPeer,
  MediaPeerEvents,
  MediaRoom,
  MediaRoomEvents,
  MediaVoice,
} from '#server/session/ports.ts';
import { opusCapabilities, rtpParameters, sampleTransport, sctpStream } from './builders.ts';
import { Latch } from './fakes.ts';

/** A media side without media: makes ids, keeps count of what was asked. */
export class FakeMediaEngine implements MediaEngine {
  readonly rooms: FakeMediaRoom[] = [];
  /** What happened in all of its rooms, in order. */
  readonly journal: string[];
  readonly opening = new Latch();
  failsToOpen = false;
  /** How many rooms were asked for, those that failed too. */
  opened = 0;

  constructor(journal: string[] = []) {
    this.journal = journal;
  }

  async openRoom(roomId: RoomId, events: MediaRoomEvents): Promise<MediaRoom> {
    this.opened += 1;
    await this.opening.wait();
    if (this.failsToOpen) throw new Error('no worker');
    const room = new FakeMediaRoom(roomId, events, this.journal);
    this.rooms.push(room);
    return room;
  }

  /** The one room of a test with one room. */
  get room(): FakeMediaRoom {
    const [room] = this.rooms.slice(-1);
    if (!room) throw new Error('no room was opened');
    return room;
  }
}

export class FakeMediaRoom implements MediaRoom {
  readonly rtpCapabilities = opusCapabilities();
  readonly voice = new FakeVoice();
  readonly peers: FakeMediaPeer[] = [];
  readonly phrases: Phrase[] = [];
  readonly taps: { producerId: ProducerId; sink: AudioSink; isClosed: boolean }[] = [];
  readonly tapping = new Latch();
  failsToTap = false;
  isClosed = false;
  readonly roomId: RoomId;
  readonly events: MediaRoomEvents;
  readonly journal: string[];

  constructor(roomId: RoomId, events: MediaRoomEvents, journal: string[]) {
    this.roomId = roomId;
    this.events = events;
    this.journal = journal;
  }

  addPeer(peerId: PeerId, events: MediaPeerEvents): FakeMediaPeer {
    const peer = new FakeMediaPeer(peerId, events, this.journal);
    this.peers.push(peer);
    return peer;
  }

  broadcastPhrase(phrase: Phrase): void {
    this.phrases.push(phrase);
  }

  async tapAudio(producerId: ProducerId, sink: AudioSink): Promise<AudioTap> {
    await this.tapping.wait();
    if (this.failsToTap) throw new Error('no tap');
    const tap = { producerId, sink, isClosed: false };
    this.taps.push(tap);
    return { close: () => void (tap.isClosed = true) };
  }

  close(): void {
    this.isClosed = true;
    for (const peer of this.peers) peer.close();
  }

  /** The newest media of a peer. */
  peer(peerId: PeerId): FakeMediaPeer {
    const peer = this.peers.findLast((it) => it.peerId === peerId);
    if (!peer) throw new Error(`no media for ${peerId}`);
    return peer;
  }

  get openTaps(): ProducerId[] {
    return this.taps.filter(({ isClosed }) => !isClosed).map(({ producerId }) => producerId);
  }
}

let lastId = 0;

/** An id as mediasoup makes them. */
export function mediaId<Id extends string>(): Id {
  lastId += 1;
  return `00000000-0000-4000-8000-${lastId.toString(16).padStart(12, '0')}` as Id;
}

/** Keeps what the server says, each packet with its time. */
export class FakeVoice implements MediaVoice {
  readonly producerId = mediaId<ProducerId>();
  readonly sent: { opus: Uint8Array; timestamp: number; marker: boolean }[] = [];

  send(opus: Uint8Array, at: { timestamp: number; marker: boolean }): Uint8Array {
    this.sent.push({ opus, ...at });
    return opus;
  }
}

export class FakeMediaPeer implements MediaPeer {
  readonly peerId: PeerId;
  readonly events: MediaPeerEvents;
  readonly journal: string[];
  readonly transports: Direction[] = [];
  readonly muted: boolean[] = [];
  /** Holds up `createTransport` and `produce`. */
  readonly working = new Latch();
  fails = false;
  isClosed = false;

  constructor(peerId: PeerId, events: MediaPeerEvents, journal: string[]) {
    this.peerId = peerId;
    this.events = events;
    this.journal = journal;
  }

  async createTransport(direction: Direction) {
    await this.#work();
    this.transports.push(direction);
    return sampleTransport();
  }

  async connectTransport(): Promise<void> {
    throw new ProtocolError('NOT_FOUND', 'no such transport');
  }

  async restartIce(): Promise<never> {
    throw new ProtocolError('NOT_FOUND', 'no such transport');
  }

  async produce(): Promise<ProducerId> {
    await this.#work();
    return mediaId();
  }

  closeMicrophone(): void {
    this.journal.push('microphone closed');
  }

  async produceData(): Promise<DataProducerId> {
    await this.#work();
    return mediaId();
  }

  async openPhraseChannel() {
    await this.#work();
    return {
      dataConsumerId: mediaId<DataConsumerId>(),
      dataProducerId: mediaId<DataProducerId>(),
      sctpStreamParameters: sctpStream(),
    };
  }

  async consume({ producerId, peerId }: { producerId: ProducerId; peerId: PeerId | null }) {
    await this.#work();
    this.journal.push('consumer made, paused');
    const consumerId = mediaId<ConsumerId>();
    return { consumerId, producerId, peerId, rtpParameters: rtpParameters() };
  }

  async resumeConsumer(): Promise<void> {
    this.journal.push('consumer resumed');
  }

  closeConsumer(): void {
    this.journal.push('consumer closed');
  }

  readonly phrasePauses: boolean[] = [];

  setPhrasesPaused(paused: boolean): void {
    this.phrasePauses.push(paused);
  }

  async setMuted(muted: boolean): Promise<void> {
    // The worker does what it is asked in the order in which it is asked.
    this.muted.push(muted);
    await this.#work();
  }

  /** How often all that this peer sends was ended. */
  sendingEnds = 0;

  closeSending(): void {
    this.sendingEnds += 1;
  }

  close(): void {
    this.isClosed = true;
  }

  async #work(): Promise<void> {
    // Closed meanwhile, it still answers: the worker may have been quicker.
    if (this.fails || this.isClosed) throw new ProtocolError('NOT_FOUND', 'no longer there');
    await this.working.wait();
  }
}
