import { randomInt } from 'node:crypto';
import type { ProducerId } from '#protocol';
import type { DirectTransport, Producer } from 'mediasoup/types';
import type { MediaVoice } from '../session/ports.ts';
import { Alarm } from './alarm.ts';
import { FramePacker, type FramesPerPacket, type Sound } from './framePacker.ts';
import { OpusProducer } from './opusProducer.ts';
import { FRAME_20_MS, packetSamples } from '../domain/opus.ts';

/** The server's own voice in a room: Opus packets in, RTP out. */
export class SfuVoice implements MediaVoice {
  readonly producerId: ProducerId;
  readonly #stream: OpusProducer;
  readonly #packer = new FramePacker();
  readonly #alarm = new Alarm(() => this.#sendAll(this.#packer.flush()));
  #sequence = randomInt(2 ** 16);
  #sentSequence = randomInt(2 ** 16);

  static async create(direct: DirectTransport): Promise<SfuVoice> {
    return new SfuVoice(await OpusProducer.create(direct));
  }

  private constructor(stream: OpusProducer) {
    this.#stream = stream;
    this.producerId = stream.producer.id as ProducerId;
    stream.producer.observer.on('close', () => this.#alarm.close());
  }

  get producer(): Producer {
    return this.#stream.producer;
  }

  setFramesPerPacket(frames: FramesPerPacket): void {
    this.#sendAll(this.#packer.flush());
    this.#packer.framesPerPacket = frames;
  }

  send(opus: Uint8Array, at: { timestamp: number; marker: boolean }): Uint8Array {
    const nowMs = performance.now();
    const samples = packetSamples(opus) ?? FRAME_20_MS;
    const sound = { payload: opus, samples, afterLoss: false, ...at };
    this.#sendAll(this.#packer.push(sound, nowMs));
    this.#alarm.setFor(this.#packer.deadlineMs);
    this.#sequence += 1;
    return this.#stream.packet(opus, { sequence: this.#sequence, ...at });
  }

  #sendAll(sounds: readonly Sound[]): void {
    for (const { payload, timestamp, marker } of sounds) {
      this.#sentSequence += 1;
      this.#stream.send(payload, { sequence: this.#sentSequence, timestamp, marker });
    }
  }
}
