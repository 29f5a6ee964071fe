import { AudiencePacking } from '#server/media/audiencePacking.ts';
import { WORKER_BOUNDS, WorkerLoad, byLoad } from '#server/media/workerLoad.ts';
import { SfuHouse } from '#tests/support/sfuRoom.ts';
import { describe, expect, it } from 'vitest';

const LISTENERS = 40;
/** What mediasoup keeps of the SCTP streams of a transport that says which are free. */
const SCTP_TABLE_KB = 64;

function loadOf(given: { consumers?: number; cpu?: number; routers?: number }): WorkerLoad {
  const load = new WorkerLoad();
  load.consumers = given.consumers ?? 0;
  load.routers = given.routers ?? 0;
  // Long enough for what was before to be forgotten.
  for (let second = 0; second < 20; second += 1) {
    load.measured(second * 1_000 * (given.cpu ?? 0), second * 1_000);
  }
  return load;
}

describe('the load of a worker', () => {
  it.each([
    ['nothing', {}, 0],
    ['half of the Consumers that it is to have', { consumers: WORKER_BOUNDS.consumers / 2 }, 0.5],
    ['half of the CPU that it is to have', { cpu: WORKER_BOUNDS.cpu / 2 }, 0.5],
    ['the larger one of both', { consumers: WORKER_BOUNDS.consumers / 4, cpu: 0.6 }, 1],
  ])('[WY10] is %s', (_name, given, share) => {
    expect(loadOf(given).shareOf(WORKER_BOUNDS)).toBeCloseTo(share, 3);
  });

  it('[WY10] is full where nothing is allowed', () => {
    expect(loadOf({}).shareOf({ consumers: 0, cpu: 1 })).toBe(Infinity);
  });

  it('[WY11] says where the next room goes: to the least, and among equals to that with the fewest', () => {
    const busy = loadOf({ cpu: 0.3 });
    const idle = loadOf({ cpu: 0.004, routers: 2 });
    const fresh = loadOf({ cpu: 0.006, routers: 1 });
    const crowded = loadOf({ consumers: 1_000 });
    expect([busy, crowded, idle, fresh].toSorted(byLoad)).toEqual([fresh, idle, busy, crowded]);
  });

  it('[WY12] is counted by what is heard on it, and falls when people go', async () => {
    const house = await SfuHouse.open(2);
    const { load: first, router } = await house.pool.createRouter(() => {});
    router.close();
    const room = await house.openRoom();
    const { peer } = await house.enter(room);
    const { rtpCapabilities } = house.engine;
    await peer.listen({ rtpCapabilities, hearing: 'slots' });
    // Three slots and the voice.
    expect(first.consumers).toBe(4);
    await peer.hear('microphones');
    expect(first.consumers).toBe(1);
    await peer.hear('slots');
    // Where more is heard comes no other room.
    first.consumers += WORKER_BOUNDS.consumers / 2;
    const { load: second } = await house.pool.createRouter(() => {});
    expect(second).not.toBe(first);
    first.consumers -= WORKER_BOUNDS.consumers / 2;
    peer.close();
    expect(first.consumers).toBe(0);
    await house.close();
  });
});

describe('what a way in takes', () => {
  it('[WY15] is no report of bandwidth, and no table of streams that are not there', async () => {
    const house = await SfuHouse.open(1);
    const room = await house.openRoom();
    const { rtpCapabilities } = house.engine;
    const before = process.memoryUsage().arrayBuffers;
    const ears = await Promise.all(
      Array.from({ length: LISTENERS }, async () => {
        const { peer } = await house.enter(room);
        return peer.listen({ rtpCapabilities, hearing: 'slots' });
      }),
    );
    const kilobytes = (process.memoryUsage().arrayBuffers - before) / LISTENERS / 1_024;
    expect(kilobytes).toBeLessThan(SCTP_TABLE_KB / 2);
    const sent = ears.flatMap(({ consumers }) => consumers.map((it) => it.rtpParameters));
    expect(JSON.stringify(rtpCapabilities)).toMatch(/transport-wide-cc/);
    expect(JSON.stringify(sent)).not.toMatch(/transport-wide-cc|transport-cc|abs-send-time/);
    await house.close();
  });
});

describe('the packing of an audience’s sound', () => {
  it('[WY13] saves packets as the crowd grows, and does not waver at its bounds', () => {
    const packing = new AudiencePacking();
    const framesWith = (listeners: number) => {
      packing.setListeners(listeners);
      return packing.framesPerPacket;
    };
    expect([1, 49, 50, 49, 40, 39].map(framesWith)).toEqual([1, 1, 2, 2, 2, 1]);
    expect([149, 150, 120, 119, 40, 0].map(framesWith)).toEqual([2, 3, 3, 2, 2, 1]);
  });

  it('[WY13] goes by what the room is set to where that is not left to it', () => {
    const packing = new AudiencePacking();
    packing.setListeners(3);
    packing.setSound('thrifty');
    expect(packing.framesPerPacket).toBe(3);
    packing.setSound('prompt');
    packing.setListeners(500);
    expect(packing.framesPerPacket).toBe(1);
    packing.setSound('automatic');
    expect(packing.framesPerPacket).toBe(3);
  });
});
