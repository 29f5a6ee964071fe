import type { RoomId } from '#protocol';
import { Device } from 'mediasoup-client';
import {
  closeConnectionTest,
  connectConnectionTest,
  openConnectionTest,
} from './connectionTestCalls.ts';
import type { Findings, SoundWay } from './connectionVerdict.ts';
import { Unreachable } from './httpCall.ts';
import { probeSocket } from './socketProbe.ts';
import type { ProbeServer } from './probeWays.ts';
import { probeSound } from './soundProbe.ts';

/**
 * Tries what this network lets through, in 3 s where all is well and in some 5 where it is not.
 * @throws ProtocolError where the server refuses, RATE_LIMITED when it is busy with other tests;
 *   Unreachable where something else answers for it, such as a proxy while it starts again; the
 *   signal's reason once that is aborted
 */
export async function testConnection(at: {
  roomId: RoomId;
  invitation: string;
  signal: AbortSignal;
}): Promise<Findings> {
  try {
    const test = await openConnectionTest(at);
    const here = { ...at, testId: test.testId };
    const server: ProbeServer = {
      connect: (ends) => connectConnectionTest(here, ends, at.signal),
      close: () => closeConnectionTest(here),
    };
    const sound = withoutWay(async () =>
      probeSound({ test, server, device: await Device.factory(), signal: at.signal }),
    ).catch(async (error: unknown) => {
      // Not left to its time limit: somebody else may be waiting for the place.
      await server.close().catch(() => undefined);
      throw error;
    });
    const [way, socket] = await Promise.all([sound, probeSocket()]);
    const { iceCandidates } = test.receive;
    const addresses = iceCandidates.map(({ protocol, address, port }) => {
      const host = address.includes(':') ? `[${address}]` : address;
      return `${protocol.toUpperCase()} ${host}:${String(port)}`;
    });
    return { sound: way, socket, addresses };
  } catch (error) {
    if (error instanceof Unreachable && error.status === null) {
      return { sound: null, socket: false, addresses: [] };
    }
    throw error;
  }
}

/** A browser that cannot have WebRTC at all has no way for sound. */
async function withoutWay(probe: () => Promise<SoundWay | null>): Promise<SoundWay | null> {
  try {
    return await probe();
  } catch (error) {
    if (error instanceof Error && error.name === 'UnsupportedError') return null;
    throw error;
  }
}
