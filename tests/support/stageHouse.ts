import type { ProducerId } from '#protocol';
import { writeRtp } from '#server/domain/rtp.ts';
import { StageSlots } from '#server/media/stageSlots.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import type { DirectTransport, Producer, Router } from 'mediasoup/types';
import { workerBinary } from '../../scripts/worker/path.mjs';

const LEVEL_ID = 5;
const FRAME_MS = 20;
const FRAME = 960;

/** Slots on a real worker, with microphones that a test speaks into. */
export class StageHouse {
  readonly router: Router;
  readonly direct: DirectTransport;
  readonly slots: StageSlots;
  /** What was told of who has them. */
  readonly told: (readonly (ProducerId | null)[])[];
  readonly #pool: WorkerPool;

  static async open(count: number): Promise<StageHouse> {
    const pool = await WorkerPool.create({
      workerBinary: workerBinary(),
      count: 1,
      listenIp: '127.0.0.1',
      announcedAddress: undefined,
      rtcPort: 0,
      log: { info() {}, warn() {}, error() {} },
    });
    const { router } = await pool.createRouter(() => {});
    const direct = await router.createDirectTransport();
    const told: (readonly (ProducerId | null)[])[] = [];
    const changed = (holders: readonly (ProducerId | null)[]) => void told.push(holders);
    const slots = await StageSlots.create({ direct, router, count, changed });
    return new StageHouse({ pool, router, direct, slots, told });
  }

  private constructor(parts: {
    pool: WorkerPool;
    router: Router;
    direct: DirectTransport;
    slots: StageSlots;
    told: (readonly (ProducerId | null)[])[];
  }) {
    this.#pool = parts.pool;
    this.router = parts.router;
    this.direct = parts.direct;
    this.slots = parts.slots;
    this.told = parts.told;
  }

  async openMicrophone(options: { saysLevel?: boolean } = {}): Promise<DirectMicrophone> {
    return DirectMicrophone.open(this.direct, options);
  }

  /** Calls back with what is sent in a slot. */
  async listen(slot: number, heard: (packet: Buffer) => void): Promise<void> {
    const consumer = await this.direct.consume({
      producerId: (this.slots.producers[slot] as Producer).id,
      rtpCapabilities: this.router.rtpCapabilities,
    });
    consumer.on('rtp', heard);
  }

  async close(): Promise<void> {
    this.slots.close();
    this.router.close();
    await this.#pool.close();
  }
}

let lastSsrc = 1_000;

/** A microphone whose packets a test makes. */
export class DirectMicrophone {
  readonly producer: Producer;
  readonly id: ProducerId;
  readonly #ssrc: number;
  #sequence = 65_500;
  #timestamp = 2 ** 32 - 20 * FRAME;

  static async open(
    direct: DirectTransport,
    { saysLevel = true }: { saysLevel?: boolean },
  ): Promise<DirectMicrophone> {
    const ssrc = (lastSsrc += 1);
    const uri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
    const producer = await direct.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [
          {
            mimeType: 'audio/opus',
            payloadType: 111,
            clockRate: 48_000,
            channels: 2,
            parameters: {},
          },
        ],
        encodings: [{ ssrc }],
        headerExtensions: saysLevel ? [{ uri, id: LEVEL_ID }] : [],
      },
    });
    return new DirectMicrophone(producer, ssrc);
  }

  private constructor(producer: Producer, ssrc: number) {
    this.producer = producer;
    this.id = producer.id as ProducerId;
    this.#ssrc = ssrc;
  }

  send(payload: Uint8Array, options: { dBov?: number; isLost?: boolean } = {}): void {
    const { dBov = -25, isLost = false } = options;
    const numbers = { sequence: this.#sequence, timestamp: this.#timestamp };
    this.#sequence += 1;
    this.#timestamp += FRAME;
    if (isLost) return;
    const header = { ssrc: this.#ssrc, payloadType: 111, marker: false, ...numbers };
    const plain = writeRtp(payload, header);
    plain[0] = 0x90;
    const level = Buffer.from([0xbe, 0xde, 0, 1, LEVEL_ID << 4, -dBov, 0, 0]);
    this.producer.send(Buffer.concat([plain.subarray(0, 12), level, plain.subarray(12)]));
  }

  /** Nothing is sent for so long. */
  pause(ms: number): void {
    this.#timestamp += ms * 48;
  }
}

/** Calls `tick` every 20 ms, by the clock and not by timers, until it returns false. */
export async function everyFrame(tick: (index: number) => boolean | void): Promise<void> {
  const beganMs = performance.now();
  await new Promise<void>((resolve) => {
    let done = 0;
    const timer = setInterval(() => {
      while (done <= (performance.now() - beganMs) / FRAME_MS) {
        if (tick(done++) !== false) continue;
        clearInterval(timer);
        resolve();
        return;
      }
    }, 5);
  });
}
