import {
  PHRASE_CHANNEL_LABEL,
  PHRASE_MAX_BYTES,
  ProtocolError,
  type ConsumerId,
  type ConsumerOptions,
  type DataConsumerOptions,
  type DataProducerId,
  type Direction,
  type DtlsParameters,
  type IceParameters,
  type PeerId,
  type ProducerId,
  type RtpCapabilities,
  type RtpParameters,
  type SctpStreamParameters,
  type TransportId,
} from '#protocol';
import type {
  Consumer,
  DataProducer,
  Producer,
  Router,
  WebRtcServer,
  WebRtcTransport,
} from 'mediasoup/types';
import {
  ICE_PATIENCE_MS,
  type MediaPeer,
  type MediaPeerEvents,
  type MediaTransport,
} from '../session/ports.ts';
import { orProtocolError } from './mediaError.ts';
import type { PhraseChannel } from './phraseChannel.ts';
import { guardSound } from './soundGuard.ts';
import { transportOptionsOf } from './transportOptions.ts';

export interface SfuPeerEvents extends MediaPeerEvents {
  microphoneOpened(producer: Producer): void;
  microphoneClosed(producer: Producer): void;
  closed(): void;
}

/** One peer's WebRtcTransports, microphone, phrase channels and Consumers. */
export class SfuPeer implements MediaPeer {
  readonly #router: Router;
  readonly #webRtcServer: WebRtcServer;
  readonly #phrases: PhraseChannel;
  readonly #events: SfuPeerEvents;
  readonly #transports = new Map<Direction, WebRtcTransport>();
  readonly #consumers = new Map<ConsumerId, Consumer>();
  #microphone: Producer | null = null;
  #drafts: DataProducer | null = null;
  /** Counts how often sending was ended: what was being made for it meanwhile is not wanted. */
  #sendingEnds = 0;
  #isReachable = false;
  #closed = false;

  constructor(options: {
    router: Router;
    webRtcServer: WebRtcServer;
    phrases: PhraseChannel;
    events: SfuPeerEvents;
  }) {
    this.#router = options.router;
    this.#webRtcServer = options.webRtcServer;
    this.#phrases = options.phrases;
    this.#events = options.events;
  }

  async createTransport(direction: Direction): Promise<MediaTransport> {
    const ends = this.#sendingEnds;
    const transport = await orProtocolError('WRONG_STATE', () =>
      this.#router.createWebRtcTransport({
        webRtcServer: this.#webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        enableSctp: true,
        maxReceiveMessageSize: PHRASE_MAX_BYTES,
        iceConsentTimeout: ICE_PATIENCE_MS / 1_000,
      }),
    );
    this.#requireWanted(transport, direction === 'send' ? ends : this.#sendingEnds);
    this.#transports.set(direction, transport);
    transport.on('icestatechange', () => this.#watch());
    return transportOptionsOf(transport);
  }

  async connectTransport(id: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = this.#own(id);
    await orProtocolError('INVALID_MESSAGE', () => transport.connect({ dtlsParameters }));
  }

  restartIce(id: TransportId): Promise<IceParameters> {
    const transport = this.#own(id);
    return orProtocolError('NOT_FOUND', () => transport.restartIce());
  }

  async produce(options: { rtpParameters: RtpParameters; muted: boolean }): Promise<ProducerId> {
    const ends = this.#sendingEnds;
    const transport = this.#transport('send');
    const producer = await orProtocolError('UNSUPPORTED_MEDIA', () =>
      transport.produce({
        kind: 'audio',
        rtpParameters: options.rtpParameters,
        paused: options.muted,
      }),
    );
    this.#requireWanted(producer, ends);
    this.#microphone = producer;
    guardSound(producer, () => this.#events.soundFlooded());
    this.#events.microphoneOpened(producer);
    producer.observer.on('close', () => this.#events.microphoneClosed(producer));
    return producer.id as ProducerId;
  }

  closeMicrophone(): void {
    this.#microphone?.close();
    this.#microphone = null;
  }

  async produceData(sctpStreamParameters: SctpStreamParameters): Promise<DataProducerId> {
    const ends = this.#sendingEnds;
    const transport = this.#transport('send');
    const drafts = await orProtocolError('INVALID_MESSAGE', () =>
      transport.produceData({
        sctpStreamParameters: { streamId: sctpStreamParameters.streamId, ordered: true },
        label: PHRASE_CHANNEL_LABEL,
      }),
    );
    this.#requireWanted(drafts, ends);
    this.#drafts = drafts;
    await orProtocolError('WRONG_STATE', () =>
      this.#phrases.listenTo(drafts, (message) => this.#events.phraseMessage(message)),
    );
    this.#requireWanted(drafts, ends);
    return drafts.id as DataProducerId;
  }

  openPhraseChannel(): Promise<DataConsumerOptions> {
    const transport = this.#transport('receive');
    return orProtocolError('WRONG_STATE', () => this.#phrases.openFor(transport));
  }

  async consume(options: {
    producerId: ProducerId;
    peerId: PeerId | null;
    rtpCapabilities: RtpCapabilities;
  }): Promise<ConsumerOptions> {
    const { producerId, peerId, rtpCapabilities } = options;
    const transport = this.#transport('receive');
    const consumer = await orProtocolError('NOT_FOUND', () =>
      transport.consume({ producerId, rtpCapabilities, paused: true }),
    );
    const consumerId = consumer.id as ConsumerId;
    this.#consumers.set(consumerId, consumer);
    consumer.observer.on('close', () => this.#consumers.delete(consumerId));
    consumer.on('producerclose', () => this.#events.consumerClosed(consumerId));
    return {
      consumerId,
      producerId,
      peerId,
      rtpParameters: consumer.rtpParameters as RtpParameters,
    };
  }

  async resumeConsumer(consumerId: ConsumerId): Promise<void> {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) throw new ProtocolError('NOT_FOUND', 'no such consumer');
    await orProtocolError('NOT_FOUND', () => consumer.resume());
  }

  closeConsumer(consumerId: ConsumerId): void {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) return;
    consumer.close();
    // What refused it may have built half of it.
    this.#events.consumerClosed(consumerId);
  }

  async setMuted(muted: boolean): Promise<void> {
    const producer = this.#microphone;
    if (!producer) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await orProtocolError('NOT_FOUND', () => (muted ? producer.pause() : producer.resume()));
  }

  closeSending(): void {
    this.#sendingEnds += 1;
    this.#transports.get('send')?.close();
    this.#transports.delete('send');
    this.#microphone = null;
    this.#drafts = null;
    this.#watch();
  }

  setPhrasesPaused(paused: boolean): void {
    const drafts = this.#drafts;
    // Rejects when it closes first, and then nothing comes of it any more.
    (paused ? drafts?.pause() : drafts?.resume())?.catch(() => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const transport of this.#transports.values()) transport.close();
    this.#events.closed();
  }

  #watch(): void {
    const isReachable = [...this.#transports.values()].some(({ iceState }) =>
      ['connected', 'completed'].includes(iceState),
    );
    if (this.#closed || isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    this.#events.reachable(isReachable);
  }

  /**
   * Closes what was being made when the connection was closed, or sending was ended.
   * @throws ProtocolError WRONG_STATE then
   */
  #requireWanted(made: { close(): void }, ends: number): void {
    if (!this.#closed && ends === this.#sendingEnds) return;
    made.close();
    throw new ProtocolError('WRONG_STATE', 'connection closed');
  }

  /** @throws ProtocolError NOT_FOUND */
  #own(id: TransportId): WebRtcTransport {
    const transport = [...this.#transports.values()].find((own) => own.id === id);
    if (!transport) throw new ProtocolError('NOT_FOUND', 'no such transport');
    return transport;
  }

  #transport(direction: Direction): WebRtcTransport {
    const transport = this.#transports.get(direction);
    if (!transport)
      throw new ProtocolError('WRONG_STATE', `create the ${direction} transport first`);
    return transport;
  }
}
