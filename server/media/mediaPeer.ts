import {
  ProtocolError,
  type ConsumerId,
  type ConsumerOptions,
  type DataProducerId,
  type DtlsParameters,
  type IceParameters,
  type Listen,
  type PeerId,
  type ProducerId,
  type RtpParameters,
  type SctpStreamParameters,
  type TransportId,
} from '#protocol';
import type { Producer } from 'mediasoup/types';
import type {
  Hearing,
  MediaListening,
  MediaPeer,
  MediaPeerEvents,
  MediaTransport,
} from '../session/ports.ts';
import type { WayIn } from './branch.ts';
import { orProtocolError } from './mediaError.ts';
import type { RouterGroup } from './routerGroup.ts';
import { isConnected, transportOptionsOf } from './transportOptions.ts';
import { WayOut } from './wayOut.ts';

export interface SfuPeerEvents extends MediaPeerEvents {
  microphoneOpened(producer: Producer): void;
  /** What this peer hears of the stage, from here on; null for nothing. */
  hears(hearing: Hearing | null): void;
  closed(): void;
}

/** What one peer has over WebRTC: a way in, and on the stage a way out. */
export class SfuPeer implements MediaPeer {
  readonly #routers: RouterGroup;
  readonly #events: SfuPeerEvents;
  #wayIn: WayIn | null = null;
  #wayOut: WayOut | null = null;
  /** Counts what was asked for last: what was being made before that is not wanted. */
  #listens = 0;
  #sendingEnds = 0;
  #isHeardBack = false;
  #isReachable = false;
  #closed = false;

  constructor(options: { routers: RouterGroup; events: SfuPeerEvents }) {
    this.#routers = options.routers;
    this.#events = options.events;
  }

  async listen(options: Listen & { readonly hearing: Hearing }): Promise<MediaListening> {
    this.#closeWayIn();
    const listens = this.#listens;
    const wayIn = await this.#routers.openWayIn({
      ...options,
      events: {
        consumerClosed: (consumerId) => this.#events.consumerClosed(consumerId),
        reachable: (isReachable) => {
          this.#isHeardBack = isReachable;
          this.#watch();
        },
        lost: () => {
          this.#closeWayIn();
          this.#events.mediaLost();
        },
      },
    });
    this.#requireWanted(wayIn, this.#listens === listens);
    this.#wayIn = wayIn;
    this.#events.hears(options.hearing);
    return wayIn.listening;
  }

  consumeSlots(): Promise<ConsumerOptions[]> {
    return this.#requireWayIn().consumeSlots();
  }

  async hear(hearing: Hearing): Promise<void> {
    const wayIn = this.#requireWayIn();
    await wayIn.hear(hearing);
    if (this.#wayIn === wayIn) this.#events.hears(hearing);
  }

  consume(options: {
    producerId: ProducerId;
    peerId: PeerId;
    paused: boolean;
  }): Promise<ConsumerOptions> {
    return this.#requireWayIn().consume(options);
  }

  resumeConsumer(consumerId: ConsumerId): Promise<void> {
    return this.#requireWayIn().resumeConsumer(consumerId);
  }

  closeConsumer(consumerId: ConsumerId): void {
    // What refused it may have built half of it.
    if (this.#wayIn?.closeConsumer(consumerId)) this.#events.consumerClosed(consumerId);
  }

  /** Sends on what is among the loudest by now. */
  audibleChanged(): void {
    this.#wayIn?.audibleChanged();
  }

  async createTransport(): Promise<MediaTransport> {
    const ends = this.#sendingEnds;
    const transport = await orProtocolError('WRONG_STATE', () => this.#routers.openWayOut());
    this.#requireWanted(transport, ends === this.#sendingEnds);
    this.#wayOut?.close();
    this.#wayOut = new WayOut({ transport, phrases: this.#routers.phrases, events: this.#events });
    transport.on('icestatechange', () => this.#watch());
    return transportOptionsOf(transport);
  }

  async connectTransport(id: TransportId, dtlsParameters: DtlsParameters): Promise<void> {
    const own = this.#own(id);
    if (!(own instanceof WayOut)) return own.connect(dtlsParameters);
    await orProtocolError('INVALID_MESSAGE', () => own.transport.connect({ dtlsParameters }));
  }

  restartIce(id: TransportId): Promise<IceParameters> {
    const own = this.#own(id);
    if (!(own instanceof WayOut)) return own.restartIce();
    return orProtocolError('NOT_FOUND', () => own.transport.restartIce());
  }

  async produce(options: { rtpParameters: RtpParameters; muted: boolean }): Promise<ProducerId> {
    return this.#requireWayOut().produce(options);
  }

  closeMicrophone(): void {
    this.#wayOut?.closeMicrophone();
  }

  async setMuted(muted: boolean): Promise<void> {
    if (!this.#wayOut) throw new ProtocolError('NOT_FOUND', 'no microphone is connected');
    await this.#wayOut.setMuted(muted);
  }

  async produceData(sctpStreamParameters: SctpStreamParameters): Promise<DataProducerId> {
    return this.#requireWayOut().produceData(sctpStreamParameters);
  }

  setPhrasesPaused(paused: boolean): void {
    this.#wayOut?.setPhrasesPaused(paused);
  }

  closeSending(): void {
    this.#sendingEnds += 1;
    this.#wayOut?.close();
    this.#wayOut = null;
    this.#watch();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeWayIn();
    this.#wayOut?.close();
    this.#events.closed();
  }

  #closeWayIn(): void {
    this.#listens += 1;
    this.#wayIn?.close();
    this.#wayIn = null;
    this.#isHeardBack = false;
    this.#events.hears(null);
    this.#watch();
  }

  #watch(): void {
    const isReachable =
      this.#isHeardBack || (this.#wayOut !== null && isConnected(this.#wayOut.transport));
    if (this.#closed || isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    this.#events.reachable(isReachable);
  }

  /**
   * Closes what was being made when it was wanted no more.
   * @throws ProtocolError WRONG_STATE then
   */
  #requireWanted(made: { close(): void }, isWanted: boolean): void {
    if (!this.#closed && isWanted) return;
    made.close();
    throw new ProtocolError('WRONG_STATE', 'connection closed');
  }

  /** @throws ProtocolError NOT_FOUND */
  #own(id: TransportId): WayIn | WayOut {
    if (this.#wayOut?.transport.id === id) return this.#wayOut;
    if (this.#wayIn?.listening.transport.transportId === id) return this.#wayIn;
    throw new ProtocolError('NOT_FOUND', 'no such transport');
  }

  #requireWayIn(): WayIn {
    if (!this.#wayIn) throw new ProtocolError('WRONG_STATE', 'listen first');
    return this.#wayIn;
  }

  #requireWayOut(): WayOut {
    if (!this.#wayOut) throw new ProtocolError('WRONG_STATE', 'create the transport first');
    return this.#wayOut;
  }
}
