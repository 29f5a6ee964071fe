import {
  ProtocolError,
  type AudienceSound,
  type ConsumerId,
  type ConsumerOptions,
  type DataProducerId,
  type Listen,
  type PeerId,
  type Phrase,
  type ProducerId,
  type RoomId,
} from '#protocol';
import type {
  AudioSink,
  AudioTap,
  Hearing,
  MediaEngine,
  MediaListening,
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
  readonly rtpCapabilities = opusCapabilities();
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
  readonly voice = new FakeVoice();
  /** The Producers of the stage's slots. */
  readonly slots: readonly ProducerId[] = [mediaId(), mediaId(), mediaId()];
  readonly peers: FakeMediaPeer[] = [];
  readonly phrases: Phrase[] = [];
  readonly taps: { producerId: ProducerId; sink: AudioSink; isClosed: boolean }[] = [];
  readonly tapping = new Latch();
  /** Holds up every way in, also those of people who are yet to come. */
  readonly listening = new Latch();
  failsToListen = false;
  hasPhraseChannels = true;
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
    const peer = new FakeMediaPeer(peerId, events, this);
    this.peers.push(peer);
    return peer;
  }

  /** How it was packed, in order. */
  readonly audienceSounds: AudienceSound[] = [];

  setAudienceSound(sound: AudienceSound): void {
    this.audienceSounds.push(sound);
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
  readonly room: FakeMediaRoom;
  /** What each way in was opened for, oldest first. */
  readonly waysIn: (Listen & { hearing: Hearing })[] = [];
  waysOut = 0;
  /** How often Consumers of the slots were made for one who had none. */
  slotsMade = 0;
  /** The Consumers that there are, and whether their client has them. */
  readonly consumers = new Map<ConsumerId, { of: ProducerId; isHeld: boolean }>();
  /** A way in that carries slots only. */
  hearsSlotsOnly = false;
  readonly muted: boolean[] = [];
  /** Holds up all that a worker would take time for. */
  readonly working = new Latch();
  fails = false;
  isClosed = false;

  constructor(peerId: PeerId, events: MediaPeerEvents, room: FakeMediaRoom) {
    this.peerId = peerId;
    this.events = events;
    this.room = room;
  }

  get journal(): string[] {
    return this.room.journal;
  }

  async listen(options: Listen & { hearing: Hearing }): Promise<MediaListening> {
    await this.#work();
    await this.room.listening.wait();
    if (this.room.failsToListen) throw new ProtocolError('WRONG_STATE', 'no way in');
    this.waysIn.push(options);
    const slots = options.hearing === 'slots' ? this.#slots(true) : [];
    return {
      transport: sampleTransport(),
      phraseChannel: this.room.hasPhraseChannels
        ? {
            dataConsumerId: mediaId(),
            dataProducerId: mediaId(),
            sctpStreamParameters: sctpStream(),
          }
        : null,
      consumers: [
        this.#consumer({ producerId: this.room.voice.producerId, peerId: null }),
        ...slots,
      ],
    };
  }

  async consumeSlots(): Promise<ConsumerOptions[]> {
    await this.#work();
    this.slotsMade += 1;
    return this.#slots(false);
  }

  async hear(hearing: Hearing): Promise<void> {
    await this.#work();
    if (this.hearsSlotsOnly) throw new ProtocolError('WRONG_STATE', 'slots only');
    this.journal.push(`hears ${hearing}`);
  }

  async createTransport() {
    await this.#work();
    this.waysOut += 1;
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

  async consume({ producerId, peerId, paused }: Parameters<MediaPeer['consume']>[0]) {
    await this.#work();
    this.journal.push(paused ? 'consumer made, paused' : 'consumer made');
    return this.#consumer({ producerId, peerId }, !paused);
  }

  async resumeConsumer(consumerId: ConsumerId): Promise<void> {
    const consumer = this.consumers.get(consumerId);
    if (!consumer) throw new ProtocolError('NOT_FOUND', 'no such consumer');
    consumer.isHeld = true;
    this.journal.push('consumer resumed');
  }

  closeConsumer(consumerId: ConsumerId): void {
    if (!this.consumers.delete(consumerId)) return;
    this.journal.push('consumer closed');
    this.events.consumerClosed(consumerId);
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

  #slots(isHeld: boolean): ConsumerOptions[] {
    return this.room.slots.map((producerId, slot) =>
      this.#consumer({ producerId, peerId: null, slot }, isHeld),
    );
  }

  #consumer(
    about: Pick<ConsumerOptions, 'producerId' | 'peerId' | 'slot'>,
    isHeld = true,
  ): ConsumerOptions {
    const consumerId = mediaId<ConsumerId>();
    this.consumers.set(consumerId, { of: about.producerId, isHeld });
    return { ...about, consumerId, rtpParameters: rtpParameters() };
  }

  async #work(): Promise<void> {
    // Closed meanwhile, it still answers: the worker may have been quicker.
    if (this.fails || this.isClosed) throw new ProtocolError('NOT_FOUND', 'no longer there');
    await this.working.wait();
  }
}
