import { randomInt } from 'node:crypto';
import type { ProducerId } from '#protocol';
import type { DirectTransport, Producer } from 'mediasoup/types';
import type { MediaVoice } from '../session/ports.ts';

const PAYLOAD_TYPE = 100;
const RTP_VERSION = 0x80;
const MARKER = 0x80;
const HEADER_BYTES = 12;

/** The server's own Producer in a room: Opus packets in, RTP out (RFC 3550 section 5.1, RFC 7587). */
export class SfuVoice implements MediaVoice {
  readonly producerId: ProducerId;
  readonly #producer: Producer;
  readonly #ssrc: number;
  #sequence = randomInt(2 ** 16);

  static async create(direct: DirectTransport): Promise<SfuVoice> {
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
            parameters: { usedtx: 1 },
          },
        ],
        encodings: [{ ssrc }],
      },
    });
    return new SfuVoice(producer, ssrc);
  }

  private constructor(producer: Producer, ssrc: number) {
    this.#producer = producer;
    this.#ssrc = ssrc;
    this.producerId = producer.id as ProducerId;
  }

  send(opus: Uint8Array, at: { timestamp: number; marker: boolean }): Uint8Array {
    const packet = Buffer.alloc(HEADER_BYTES + opus.byteLength);
    packet.writeUInt8(RTP_VERSION, 0);
    packet.writeUInt8((at.marker ? MARKER : 0) | PAYLOAD_TYPE, 1);
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(at.timestamp % 2 ** 32, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    packet.set(opus, HEADER_BYTES);
    this.#sequence = (this.#sequence + 1) % 2 ** 16;
    if (!this.#producer.closed) this.#producer.send(packet);
    return packet;
  }
}
