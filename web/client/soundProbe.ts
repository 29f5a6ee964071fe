import { readProbe, writeProbe, type ConnectionTest } from '#protocol';
import type { Device } from 'mediasoup-client/types';
import type { SoundWay } from './connectionVerdict.ts';
import { ProbeWays, type ProbeServer } from './probeWays.ts';

/** As speech is sent. */
const PACKET_MS = 20;
const SENDING_MS = 2_000;
const FEWEST_PACKETS = 50;
const TEST_MS = 5_000;
/** For what is still on its way when the last packet is sent. */
const LATE_MS = 250;
const LATEST_MS = 1_000;

/**
 * Sends packets like those of speech over the ports that sound takes, and counts what gets through
 * both ways. Null where no way opens in time.
 * @throws what the server refuses with, or the signal's reason
 */
export async function probeSound(options: {
  test: ConnectionTest;
  server: ProbeServer;
  device: Device;
  signal: AbortSignal;
}): Promise<SoundWay | null> {
  const { test, server, device, signal } = options;
  const startedMs = performance.now();
  const ways = await ProbeWays.open(test, server, device);
  try {
    if (!(await ways.stand(startedMs, signal))) {
      await server.close();
      return null;
    }
    const leftMs = TEST_MS - (performance.now() - startedMs);
    const packets = Math.max(FEWEST_PACKETS, Math.min(SENDING_MS, leftMs) / PACKET_MS);
    const answers = await exchange(ways, Math.round(packets), signal);
    const [way, { received, answered }] = await Promise.all([ways.worst(), server.close()]);
    return {
      way,
      roundTripMs: median(answers.roundTripsMs),
      lostUp: 1 - received / answers.sent,
      lostDown: answered === 0 ? 1 : 1 - answers.count / answered,
    };
  } finally {
    ways.close();
  }
}

interface Exchange {
  readonly sent: number;
  readonly count: number;
  readonly roundTripsMs: readonly number[];
}

/** Sends `packets` at the pace of speech, and hears their answers. */
async function exchange(ways: ProbeWays, packets: number, signal: AbortSignal): Promise<Exchange> {
  const sentMs: number[] = [];
  const roundTripsMs: number[] = [];
  const answered = new Set<number>();
  ways.answers.on('message', (message: unknown) => {
    const answer = message instanceof ArrayBuffer ? readProbe(new Uint8Array(message)) : null;
    if (!answer) return;
    answered.add(answer.number);
    const atMs = sentMs[answer.number];
    if (answer.arrived && atMs !== undefined) roundTripsMs.push(performance.now() - atMs);
  });
  const startedMs = performance.now();
  while (sentMs.length < packets) {
    signal.throwIfAborted();
    // What a busy page missed is made up for: the pace is kept on the whole.
    const due = Math.min(packets, Math.floor((performance.now() - startedMs) / PACKET_MS) + 1);
    while (sentMs.length < due && ways.packets.readyState === 'open') {
      ways.packets.send(writeProbe(sentMs.length));
      sentMs.push(performance.now());
    }
    if (ways.packets.readyState !== 'open') break;
    await pause(PACKET_MS);
  }
  const untilMs =
    performance.now() + Math.min(LATE_MS + 2 * (median(roundTripsMs) ?? 0), LATEST_MS);
  while (performance.now() < untilMs && answered.size < sentMs.length) await pause(PACKET_MS);
  signal.throwIfAborted();
  // A channel that closed under way has lost the rest.
  return { sent: packets, count: answered.size, roundTripsMs };
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
