import { randomInt } from 'node:crypto';
import type { DirectTransport, Producer } from 'mediasoup/types';
import { writeRtp } from '../domain/rtp.ts';

const PAYLOAD_TYPE = 100;

/** Of sequence number and timestamp the lowest 16 and 32 bits are sent. */
interface RtpPlace {
  readonly sequence: number;
  readonly timestamp: number;
  /** Begins a talkspurt (RFC 3551 section 4.1). */
  readonly marker: boolean;
}

/** A Producer of the server's own: one Opus stream (RFC 7587) that it sends packet by packet. */
export class OpusProducer {
  readonly producer: Producer;
  readonly #ssrc: number;

  static async create(direct: DirectTransport): Promise<OpusProducer> {
    const ssrc = randomInt(1, 2 ** 32);
    const producer = await direct.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [
          {
            mimeType: 'audio/opus',
            payloadType: PAYLOAD_TYPE,
            clockRate: 48_000,
            channels: 2,
            parameters: { usedtx: 1, useinbandfec: 1 },
          },
        ],
        encodings: [{ ssrc }],
      },
    });
    return new OpusProducer(producer, ssrc);
  }

  private constructor(producer: Producer, ssrc: number) {
    this.producer = producer;
    this.#ssrc = ssrc;
  }

  /** Sends an Opus packet; without effect once the Producer is closed. */
  send(opus: Uint8Array, at: RtpPlace): void {
    if (!this.producer.closed) this.producer.send(this.packet(opus, at));
  }

  /** The RTP packet of an Opus packet. */
  packet(opus: Uint8Array, at: RtpPlace): Buffer {
    return writeRtp(opus, { ssrc: this.#ssrc, payloadType: PAYLOAD_TYPE, ...at });
  }
}
