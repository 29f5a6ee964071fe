import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  PROBE_BYTES,
  PROBE_MESSAGES,
  writeProbe,
  type ConnectionTest,
  type ProbeEnds,
  type RoomId,
} from '#protocol';
import { makeConnectionTestId, makeRoomId, relayNameOf } from '#server/ids.ts';
import { SfuProbes } from '#server/media/connectionProbe.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import { ConnectionTests } from '#server/session/connectionTests.ts';
import { ProbeWays } from '#web/client/probeWays.ts';
import { USELESS_SHARE } from '#web/client/soundHealth.ts';
import { probeSound } from '#web/client/soundProbe.ts';
import { realClock } from '#tests/support/clock.ts';
import { nodeDevice } from '#tests/support/webrtc.ts';
import { Wire, type Way } from '#tests/support/wire.ts';
import { workerBinary } from '../../scripts/worker/path.mjs';

const quiet = { info() {}, warn() {}, error() {} };
/** Content type of application data (RFC 6347 section 4.1), and so of all of SCTP. */
const DTLS_DATA = 23;
/**
 * None, and around three of five. A machine with too much to do is late with some: few is what
 * leaves the verdict as it is.
 */
const [FEW, MANY, MOST] = [USELESS_SHARE, 0.5, 0.8];
const forever = new AbortController().signal;

describe('a connection test on a real worker', () => {
  const roomId: RoomId = makeRoomId();
  let pool: WorkerPool;
  let tests: ConnectionTests;
  let wires: Wire[];

  beforeEach(async () => {
    pool = await WorkerPool.create({
      workerBinary: workerBinary(),
      count: 1,
      listenIp: '127.0.0.1',
      announcedAddress: undefined,
      rtcPort: 0,
      log: quiet,
    });
    tests = new ConnectionTests({
      engine: new SfuProbes(pool),
      iceServers: { for: () => [] },
      clock: realClock,
      makeTestId: makeConnectionTestId,
      relayNameOf,
    });
    wires = [];
  });
  afterEach(async () => {
    tests.closeAll();
    for (const wire of wires) wire.close();
    await pool.close();
  });

  async function probe(parts: Awaited<ReturnType<typeof open>>) {
    return probeSound({ ...parts, device: await nodeDevice(), signal: forever });
  }

  async function open() {
    const test = await tests.open({ roomId, role: 'speaker', address: '192.0.2.1' });
    const server = {
      connect: (ends: ProbeEnds) => tests.connect(roomId, test.testId, ends),
      close: async () => tests.close(roomId, test.testId),
    };
    return { test, server };
  }

  /** Both transports of a test over wires that lose what `loses` says. */
  async function openOverWires(loses: (packet: Buffer, way: Way) => boolean) {
    const { test, server } = await open();
    const lead = async (options: ConnectionTest['send']): Promise<ConnectionTest['send']> => {
      const wire = await Wire.open();
      wires.push(wire);
      wire.pass = (packet, way) => (loses(packet, way) ? [] : [packet]);
      return wire.leadTransport(options);
    };
    return {
      server,
      test: { ...test, send: await lead(test.send), receive: await lead(test.receive) },
    };
  }

  /** Drops three of five packets that carry messages, and lets every handshake through. */
  function thinning(thinned: Way): (packet: Buffer, way: Way) => boolean {
    let count = 0;
    return (packet, way) =>
      way === thinned && packet[0] === DTLS_DATA && packet.length > PROBE_BYTES && count++ % 5 < 3;
  }

  it('[CT1] counts what gets through both ways, and how long it takes', async () => {
    const sound = await probe(await open());
    expect(sound?.way).toBe('udp');
    expect(sound?.lostUp).toBeLessThan(FEW);
    expect(sound?.lostDown).toBeLessThan(FEW);
    expect(sound?.roundTripMs).toBeGreaterThan(0);
    expect(sound?.roundTripMs).toBeLessThan(1_000);
  });

  it('[CT2] tells what is lost on the way up from what is lost on the way down', async () => {
    const up = await probe(await openOverWires(thinning('up')));
    expect(up?.lostUp).toBeGreaterThan(MANY);
    expect(up?.lostUp).toBeLessThan(MOST);
    expect(up?.lostDown).toBeLessThan(FEW);
    const down = await probe(await openOverWires(thinning('down')));
    expect(down?.lostUp).toBeLessThan(FEW);
    expect(down?.lostDown).toBeGreaterThan(MANY);
    expect(down?.lostDown).toBeLessThan(MOST);
  });

  it('[CT3] says that there is no way where no packet gets through', async () => {
    expect(await probe(await openOverWires(() => true))).toBe(null);
  });

  it('[CT4] hears nobody out who sends more than a test has', async () => {
    const { test, server } = await open();
    const ways = await ProbeWays.open(test, server, await nodeDevice());
    expect(await ways.stand(performance.now(), forever)).toBe(true);
    for (let copy = 0; copy < PROBE_MESSAGES; copy += 1) ways.packets.send(writeProbe(0));
    for (let number = 1; number < PROBE_MESSAGES; number += 1) {
      ways.packets.send(writeProbe(number));
    }
    // By the time that a whole test has run on the same worker, all of that has arrived.
    await probe(await open());
    const { received } = await server.close();
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(10);
    ways.close();
  });

  it('[CT5] leaves nothing open when it ends', async () => {
    const { test, server } = await open();
    const ways = await ProbeWays.open(test, server, await nodeDevice());
    expect(await ways.stand(performance.now(), forever)).toBe(true);
    await server.close();
    await expect.poll(() => ways.answers.readyState, { timeout: 10_000 }).toBe('closed');
    expect(() => tests.close(roomId, test.testId)).toThrow('no such test');
    ways.close();
  });

  it('[CT6] is called off at once by who began it', async () => {
    const { test, server } = await open();
    const controller = new AbortController();
    const probing = probeSound({
      test,
      server,
      device: await nodeDevice(),
      signal: controller.signal,
    });
    controller.abort(new Error('called off'));
    await expect(probing).rejects.toThrow('called off');
  });
});
