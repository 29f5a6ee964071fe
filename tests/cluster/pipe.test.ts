import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { NodePipe } from '#server/media/nodePipe.ts';
import type { PipeEnd } from '#server/media/nodeMessages.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import { FakeLog } from '#tests/support/fakes.ts';
import { rtpParameters } from '#tests/support/builders.ts';
import { freePort } from '#tests/support/redis.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerBinary } from '../../scripts/worker/path.mjs';

const SAID = Buffer.from('this is what somebody said in confidence');
const SSRC = 1_234_567;

describe('a pipe between servers', () => {
  let pool: WorkerPool;
  beforeAll(async () => {
    pool = await WorkerPool.create({
      ...{ workerBinary: workerBinary(), count: 2, listenIp: '127.0.0.1', rtcPort: 0 },
      ...{ announcedAddress: undefined, log: new FakeLog() },
    });
  });
  afterAll(() => pool.close());

  it('[QS50] carries sound that nobody on the way can read', async () => {
    const minPort = await freePort();
    const place = { ip: '127.0.0.1', announcedAddress: undefined, minPort, maxPort: minPort + 20 };
    const [{ router: here }, { router: there }] = await Promise.all([
      pool.createRouter(() => {}),
      pool.createRouter(() => {}),
    ]);
    const [near, far] = [await NodePipe.open(here, place), await NodePipe.open(there, place)];
    const passed: Buffer[] = [];
    const relay = await Relay.between(near.end, far.end, (packet) => passed.push(packet));
    await near.connect({ ...far.end, port: relay.nearPort });
    await far.connect({ ...near.end, port: relay.farPort });

    const speaking = await here.createDirectTransport();
    const producer = await speaking.produce({ kind: 'audio', rtpParameters: rtpParameters() });
    const piped = await far.receive(producer.id, await near.send(producer));
    const listening = await there.createDirectTransport();
    const consumer = await listening.consume({
      producerId: piped.id,
      rtpCapabilities: there.rtpCapabilities,
    });
    const heard = once(consumer, 'rtp');
    const talk = setInterval(() => producer.send(packet()), 20);
    try {
      const [rtp] = (await heard) as [Buffer];
      expect(rtp.includes(SAID)).toBe(true);
      expect(passed.filter((it) => it.length > SAID.length).length).toBeGreaterThan(0);
      expect(passed.filter((it) => it.includes(SAID))).toEqual([]);
    } finally {
      clearInterval(talk);
      relay.close();
      here.close();
      there.close();
    }
  });
});

let sequence = 0;

/** RFC 3550 section 5.1. */
function packet(): Buffer {
  sequence += 1;
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(111, 1);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(sequence * 960, 4);
  header.writeUInt32BE(SSRC, 8);
  return Buffer.concat([header, SAID]);
}

/** Passes on what comes between two ends, each of which takes it for the other. */
class Relay {
  readonly nearPort: number;
  readonly farPort: number;
  readonly #sockets: readonly Socket[];

  static async between(near: PipeEnd, far: PipeEnd, passes: (packet: Buffer) => void) {
    const [toNear, toFar] = await Promise.all([bound(), bound()]);
    toNear.on('message', (packet) => {
      passes(packet);
      toFar.send(packet, far.port, far.ip);
    });
    toFar.on('message', (packet) => {
      passes(packet);
      toNear.send(packet, near.port, near.ip);
    });
    return new Relay(toNear, toFar);
  }

  private constructor(toNear: Socket, toFar: Socket) {
    this.#sockets = [toNear, toFar];
    this.nearPort = (toNear.address() as AddressInfo).port;
    this.farPort = (toFar.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
