import { PHRASE_CHANNEL_LABEL, type ConsumerOptions, type Listening } from '#protocol';
import type { Consumer, DataConsumer, Transport } from 'mediasoup-client/types';
import type { MediaDevice } from './mediaDevice.ts';
import type { SoundSample } from './soundHealth.ts';
import { ends, wire, type Ask } from './transportWiring.ts';

interface Options {
  readonly signaling: Ask;
  readonly device: MediaDevice;
  /** As it came with the answer to `join`; asked for when left out. */
  readonly listening: Listening | undefined;
  /** The state of the transport has changed. */
  readonly onState: () => void;
}

/** The way in: for everyone's sound, and for phrases. */
export class Receiver {
  readonly transport: Transport;
  /** What comes over it from the first moment. */
  readonly consumers: readonly ConsumerOptions[];
  readonly #phraseChannel: Listening['phraseChannel'];

  /** Rejects with what the server refuses with, or where this browser cannot do it. */
  static async open({ signaling, device, listening, onState }: Options): Promise<Receiver> {
    const given = listening ?? (await signaling.request('listen', device.listen));
    const receiver = new Receiver(device, given);
    wire(receiver.transport, { signaling, onState, isConnected: device.isKnown });
    return receiver;
  }

  private constructor({ device, certificate }: MediaDevice, listening: Listening) {
    this.transport = device.createRecvTransport({
      ...ends(listening.transport),
      ...(certificate && { additionalSettings: { certificates: [certificate] } }),
    });
    this.consumers = listening.consumers;
    this.#phraseChannel = listening.phraseChannel;
  }

  /** Null where phrases come over the socket only. */
  async openPhraseChannel(): Promise<DataConsumer | null> {
    if (!this.#phraseChannel) return null;
    const { dataConsumerId, dataProducerId, sctpStreamParameters } = this.#phraseChannel;
    return this.transport.consumeData({
      id: dataConsumerId,
      dataProducerId,
      sctpStreamParameters,
      label: PHRASE_CHANNEL_LABEL,
    });
  }

  /** Those that are asked for in the same moment are negotiated together. */
  consume(options: ConsumerOptions): Promise<Consumer> {
    const { consumerId, producerId, rtpParameters } = options;
    return this.transport.consume({
      id: consumerId,
      producerId,
      kind: 'audio',
      rtpParameters: rtpParameters as Parameters<Transport['consume']>[0]['rtpParameters'],
      streamId: streamOf(options),
    });
  }

  /** What has arrived of all sound so far. */
  async soundSample(): Promise<SoundSample> {
    let [received, lost] = [0, 0];
    for (const report of (await this.transport.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      received += report.packetsReceived;
      lost += report.packetsLost;
    }
    return { received, lost, connected: this.transport.connectionState === 'connected' };
  }
}

/** One of its own for each: browsers synchronise the tracks of a stream with each other. */
function streamOf({ peerId, slot }: Pick<ConsumerOptions, 'peerId' | 'slot'>): string {
  return peerId ?? (slot === undefined ? 'room-voice' : `slot-${String(slot)}`);
}
