import { setTimeout as sleep } from 'node:timers/promises';
import type { AudienceSound } from '#protocol';
import { Person } from '#tests/support/person.ts';
import { Robot } from '#tests/support/robot.ts';
import { ServerProcess } from '#tests/support/server.ts';
import { createRoom, enterRoom, roomLink } from '#tests/support/visit.ts';

const TONES_HZ = [400, 700] as const;
const TURNS = 8;
const TURN_MS = 2_000;

/** What Chromium says of the sound that it gets (W3C webrtc-stats, RTCInboundRtpStreamStats). */
interface Reception {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly totalSamplesReceived: number;
  readonly concealedSamples: number;
  readonly jitter: number;
  readonly jitterBufferDelay: number;
  readonly jitterBufferEmittedCount: number;
}

/** How a real browser takes one slot in which two take turns, with one and with three frames a packet. */
export async function measureSlotReception(): Promise<string> {
  const lines: string[] = [];
  for (const sound of ['prompt', 'thrifty'] as const) {
    lines.push(`${sound}: ${await measure(sound)}`);
  }
  return lines.join('; ');
}

async function measure(audienceSound: AudienceSound): Promise<string> {
  const server = await ServerProcess.start({ environment: { STAGE_SLOTS: '1' } });
  const listener = await Person.open();
  const robots: Robot[] = [];
  try {
    await listener.page.addInitScript(keepConnections);
    const room = await createRoom(server.url, 'Medida', { audienceSound });
    for (const toneHz of TONES_HZ) {
      const name = `T${toneHz}`;
      robots.push(await Robot.enter(server.url, room, { role: 'speaker', name, toneHz }));
    }
    await robots[1]?.client.microphone.setMuted(true);
    await enterRoom(listener, roomLink(server.url, room, 'audience'), 'Luz');
    await listener.hears(TONES_HZ[0]);
    await sleep(TURN_MS);
    const before = await listener.page.evaluate(reception);
    for (let turn = 1; turn <= TURNS; turn += 1) {
      await robots[turn % 2]?.client.microphone.setMuted(false);
      await robots[(turn + 1) % 2]?.client.microphone.setMuted(true);
      await sleep(TURN_MS);
    }
    const after = await listener.page.evaluate(reception);
    const by = (of: keyof Reception) => after[of] - before[of];
    const delayMs = (1_000 * by('jitterBufferDelay')) / by('jitterBufferEmittedCount');
    return [
      `${by('packetsReceived')} packets, ${by('packetsLost')} lost`,
      `${by('concealedSamples')} of ${by('totalSamplesReceived')} samples concealed at ${TURNS} changes`,
      `jitter ${(1_000 * after.jitter).toFixed(0)} ms, buffered ${delayMs.toFixed(0)} ms`,
    ].join(', ');
  } finally {
    for (const robot of robots) robot.close();
    await listener.close();
    await server.cleanUp();
  }
}

/** Runs in the page before its scripts. */
function keepConnections(): void {
  const connections: RTCPeerConnection[] = [];
  Object.assign(globalThis, { coraConnections: connections });
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
}

/** Runs in the page: of the stream that has got the most. */
async function reception(): Promise<Reception> {
  const connections = Reflect.get(globalThis, 'coraConnections') as RTCPeerConnection[];
  const streams: Reception[] = [];
  for (const connection of connections) {
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp') streams.push(report as Reception);
    }
  }
  return streams.toSorted((one, other) => other.packetsReceived - one.packetsReceived)[0]!;
}
