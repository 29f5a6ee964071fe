import {
  ProtocolError,
  type ConsumerId,
  type ConsumerOptions,
  type DtlsParameters,
  type IceParameters,
  type PeerId,
  type ProducerId,
} from '#protocol';
import type { Producer, WebRtcTransport } from 'mediasoup/types';
import type { Hearing, MediaListening } from '../session/ports.ts';
import type { RoomSound, WayIn, WayInOptions } from './branch.ts';
import { orProtocolError } from './mediaError.ts';
import type { PhraseChannel } from './phraseChannel.ts';
import { ReceivedSound, type SoundKind } from './receivedSound.ts';
import { sentOf } from './rtpCapabilities.ts';
import { isConnected, keepOneStream, transportOptionsOf } from './transportOptions.ts';
import type { WorkerLoad } from './workerLoad.ts';

interface Parts {
  readonly transport: WebRtcTransport;
  readonly sound: RoomSound;
  /** Null where phrases come another way. */
  readonly phrases: PhraseChannel | null;
  /** Brings a Producer to the transport's Router. */
  readonly bring: (producerId: ProducerId) => Promise<void>;
  readonly load: WorkerLoad;
}

/** Somebody's receiving transport on a Router of this machine, and the Consumers on it. */
export class SfuWayIn implements WayIn {
  readonly #parts: Parts;
  readonly #options: WayInOptions;
  readonly #sounds = new Map<ConsumerId, ReceivedSound>();
  #listening: MediaListening | null = null;
  #hearing: Hearing;
  #hasSlots = false;
  #isReachable = false;
  #closed = false;

  /** Closes the transport where it fails. */
  static async open(parts: Parts, options: WayInOptions): Promise<SfuWayIn> {
    const wayIn = new SfuWayIn(parts, options);
    try {
      wayIn.#listening = await wayIn.#open();
      return wayIn;
    } catch (error) {
      wayIn.close();
      throw error;
    }
  }

  private constructor(parts: Parts, options: WayInOptions) {
    this.#parts = parts;
    const rtpCapabilities = sentOf(options.rtpCapabilities);
    this.#options = { ...options, rtpCapabilities };
    this.#hearing = options.hearing;
    keepOneStream(parts.transport);
    parts.transport.on('icestatechange', () => this.#watch());
  }

  get listening(): MediaListening {
    if (!this.#listening) throw new Error('the way in is not open yet');
    return this.#listening;
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return orProtocolError('INVALID_MESSAGE', () =>
      this.#parts.transport.connect({ dtlsParameters }),
    );
  }

  restartIce(): Promise<IceParameters> {
    return orProtocolError('NOT_FOUND', () => this.#parts.transport.restartIce());
  }

  async hear(hearing: Hearing): Promise<void> {
    this.#hearing = hearing;
    await this.#settleAll();
  }

  async consumeSlots(): Promise<ConsumerOptions[]> {
    if (this.#hasSlots) return [];
    return this.#openSlots(false);
  }

  consume(options: {
    producerId: ProducerId;
    peerId: PeerId;
    paused: boolean;
  }): Promise<ConsumerOptions> {
    const { producerId, peerId, paused } = options;
    return this.#add({ producerId, peerId, kind: 'microphone', isReady: !paused });
  }

  async resumeConsumer(consumerId: ConsumerId): Promise<void> {
    const sound = this.#sounds.get(consumerId);
    if (!sound) throw new ProtocolError('NOT_FOUND', 'no such consumer');
    sound.isReady = true;
    await orProtocolError('NOT_FOUND', () => sound.send(this.#isWanted(sound)));
  }

  closeConsumer(consumerId: ConsumerId): boolean {
    return this.#forget(consumerId);
  }

  audibleChanged(): void {
    // A crowd hears none of it.
    if (this.#hearing === 'microphones') void this.#settleAll();
  }

  /** Its Worker died. */
  lose(): void {
    if (this.#closed) return;
    this.close();
    this.#options.events.lost();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.transport.close();
    for (const consumerId of this.#sounds.keys()) this.#forget(consumerId);
  }

  async #open(): Promise<MediaListening> {
    const { transport, sound, phrases } = this.#parts;
    const { dtlsParameters } = this.#options;
    const [phraseChannel, ...consumers] = await Promise.all([
      orProtocolError('WRONG_STATE', async () => (await phrases?.openFor(transport)) ?? null),
      ...(sound.voice ? [this.#openVoice(sound.voice)] : []),
      ...(this.#hearing === 'slots' ? [this.#openSlots(true)] : []),
      ...(dtlsParameters ? [this.connect(dtlsParameters).then(() => [])] : []),
    ]);
    return {
      transport: transportOptionsOf(transport),
      phraseChannel,
      consumers: consumers.flat(),
    };
  }

  async #openVoice({ id }: Producer): Promise<ConsumerOptions[]> {
    const producerId = id as ProducerId;
    return [await this.#add({ producerId, peerId: null, kind: 'voice', isReady: true })];
  }

  #openSlots(isReady: boolean): Promise<ConsumerOptions[]> {
    this.#hasSlots = true;
    return Promise.all(
      this.#parts.sound.slots.map(async ({ id }, slot) => {
        const producerId = id as ProducerId;
        return { ...(await this.#add({ producerId, peerId: null, kind: 'slot', isReady })), slot };
      }),
    );
  }

  async #add(options: {
    producerId: ProducerId;
    peerId: PeerId | null;
    kind: SoundKind;
    isReady: boolean;
  }): Promise<ConsumerOptions> {
    const { producerId, peerId, kind, isReady } = options;
    const { transport, bring, load } = this.#parts;
    const { rtpCapabilities, events } = this.#options;
    const wish = { producerId, kind, isReady };
    const consumer = await orProtocolError('NOT_FOUND', async () => {
      await bring(producerId);
      return transport.consume({ producerId, rtpCapabilities, paused: !this.#isWanted(wish) });
    });
    if (consumer.closed || transport.closed) {
      // mediasoup makes it all the same where the transport is closed after it was asked for.
      consumer.close();
      throw new ProtocolError('NOT_FOUND', 'it closed meanwhile');
    }
    const consumerId = consumer.id as ConsumerId;
    const sound = new ReceivedSound({ ...wish, consumer, load });
    this.#sounds.set(consumerId, sound);
    if (kind === 'microphone') {
      consumer.on('producerclose', () => {
        this.#forget(consumerId);
        events.consumerClosed(consumerId);
      });
      // Who hears what may have changed meanwhile.
      this.#settle(sound).catch(() => {});
    }
    return { consumerId, producerId, peerId, rtpParameters: sound.rtpParameters };
  }

  /** False when it is gone. The others of a way in go with that only. */
  #forget(consumerId: ConsumerId): boolean {
    this.#sounds.get(consumerId)?.close();
    return this.#sounds.delete(consumerId);
  }

  #isWanted(sound: Pick<ReceivedSound, 'kind' | 'isReady' | 'producerId'>): boolean {
    if (!sound.isReady) return false;
    if (sound.kind === 'voice') return true;
    if (sound.kind === 'slot') return this.#hearing === 'slots';
    return this.#hearing === 'microphones' && this.#parts.sound.isAudible(sound.producerId);
  }

  #settle(sound: ReceivedSound): Promise<void> {
    return sound.send(this.#isWanted(sound));
  }

  async #settleAll(): Promise<void> {
    // One that closes meanwhile is not heard either way.
    await Promise.allSettled([...this.#sounds.values()].map((sound) => this.#settle(sound)));
  }

  #watch(): void {
    const isReachable = isConnected(this.#parts.transport);
    if (this.#closed || isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    this.#options.events.reachable(isReachable);
  }
}
