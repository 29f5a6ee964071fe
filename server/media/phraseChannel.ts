import {
  PHRASE_CHANNEL_LABEL,
  type DataConsumerId,
  type DataConsumerOptions,
  type DataProducerId,
  type Phrase,
} from '#protocol';
import type { DataProducer, DirectTransport, WebRtcTransport } from 'mediasoup/types';

/** WebRTC's mark of a text message (RFC 8831 section 8, PPID 51). */
const TEXT = 51;
const NO_TEXT = new Uint8Array(0);

/**
 * The two halves of the way of a phrase: what peers send ends at the server, and one DataProducer
 * of the room sends what the server has stamped to everybody.
 */
export class PhraseChannel {
  readonly #direct: DirectTransport;
  readonly #toEveryone: DataProducer;

  static async create(direct: DirectTransport): Promise<PhraseChannel> {
    return new PhraseChannel(direct, await direct.produceData({ label: PHRASE_CHANNEL_LABEL }));
  }

  private constructor(direct: DirectTransport, toEveryone: DataProducer) {
    this.#direct = direct;
    this.#toEveryone = toEveryone;
  }

  broadcast(phrase: Phrase): void {
    if (!this.#toEveryone.closed) this.#toEveryone.send(JSON.stringify(phrase));
  }

  /** Hands every message of a peer's DataProducer to `take`, binary ones as empty, until it closes. */
  async listenTo(drafts: DataProducer, take: (message: Uint8Array) => void): Promise<void> {
    const consumer = await this.#direct.consumeData({ dataProducerId: drafts.id });
    consumer.on('message', (message, ppid) => take(ppid === TEXT ? message : NO_TEXT));
  }

  /** Lets a peer receive the room's phrases, reliably and in order. */
  async openFor(transport: WebRtcTransport): Promise<DataConsumerOptions> {
    const consumer = await transport.consumeData({
      dataProducerId: this.#toEveryone.id,
      ordered: true,
    });
    return {
      dataConsumerId: consumer.id as DataConsumerId,
      dataProducerId: this.#toEveryone.id as DataProducerId,
      sctpStreamParameters: {
        streamId: consumer.sctpStreamParameters?.streamId ?? 0,
        ordered: true,
      },
    };
  }
}
