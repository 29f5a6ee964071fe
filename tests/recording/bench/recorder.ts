import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { FinalizerQueue } from '#server/recording/finalizerQueue.ts';
import { JournalRecording } from '#server/recording/activeRecording.ts';
import { realClock } from '#tests/support/clock.ts';
import { rtpPacket } from '../support/rtp.ts';
import { FRAME_MS, FRAME_SAMPLES, sinePackets } from '../support/sound.ts';

// Prints what ten speakers cost the recorder while they talk, and the finalizer afterwards.
//   node tests/recording/bench/recorder.ts [minutes of sound] [seconds of live load]

const SPEAKERS = 10;
const [minutes = 10, liveSeconds = 10] = process.argv.slice(2).map(Number);
const PACKETS = sinePackets({ frequency: 400, packets: 50 });

async function begin(folder: string, time: { wallMs(): number; monotonicMs(): number }) {
  const clock = { ...time, after: () => () => {} };
  const recording = await JournalRecording.begin({
    folder,
    clock,
    // Sound comes faster here than any disk takes it.
    journal: { limits: { queueBytes: 2 ** 30 } },
    failed: (error) => {
      throw error;
    },
    captured() {},
    header: {
      version: 1,
      recordingId: 'recording-0001' as RecordingId,
      roomId: 'room-0001' as RoomId,
      roomName: 'Sala',
      startedBy: 'Ana',
      startedAt: Date.now(),
      monotonicOriginMs: clock.monotonicMs(),
      owner: { pid: 0, startedAtTicks: '' },
    },
  });
  const tracks = Array.from({ length: SPEAKERS }, (_, number) =>
    recording.addTrack({
      peerId: `peer-000${number}` as PeerId,
      displayName: `Persona ${number}`,
      producerId: `00000000-0000-4000-8000-00000000000${number}` as ProducerId,
    }),
  );
  const say = (index: number) => {
    const packet = rtpPacket({
      sequence: index,
      timestamp: index * FRAME_SAMPLES,
      payload: PACKETS[index % PACKETS.length] as Uint8Array,
    });
    for (const track of tracks) track.rtp(packet);
  };
  return { recording, say };
}

/** Percent of a core that `SPEAKERS` cost in real time. */
async function live(folder: string, recorded: boolean): Promise<number> {
  const { recording, say } = await begin(folder, realClock);
  const before = process.cpuUsage();
  const begunMs = performance.now();
  for (let index = 0; index * FRAME_MS < liveSeconds * 1_000; index++) {
    const dueMs = begunMs + index * FRAME_MS;
    while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 5));
    if (recorded) say(index);
  }
  const { user, system } = process.cpuUsage(before);
  await recording.stop('stopped');
  return (user + system) / (liveSeconds * 1e4);
}

function peakRssMb(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1_024;
}

async function offline(folder: string): Promise<void> {
  let nowMs = 0;
  const { recording, say } = await begin(folder, { wallMs: Date.now, monotonicMs: () => nowMs });
  for (let index = 0; index * FRAME_MS < minutes * 60_000; index++) {
    say(index);
    nowMs += FRAME_MS;
    if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await recording.stop('stopped');
  const before = { rss: process.memoryUsage().rss / 2 ** 20, at: performance.now() };
  const cpuBefore = process.cpuUsage();
  await new FinalizerQueue().add({ folder, reasonIfUnknown: 'interrupted' });
  const seconds = (performance.now() - before.at) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const speed = (divisor: number) => `${Math.round((minutes * 60) / divisor)} x real time`;
  process.stdout.write(
    `finalizer: ${minutes} min of ${SPEAKERS} speakers in ${seconds.toFixed(2)} s, ${speed(seconds)}; ` +
      `${speed((user + system) / 1e6)} by its share of the processor\n` +
      `memory: ${before.rss.toFixed(0)} MB before, ${peakRssMb().toFixed(0)} MB at the peak\n` +
      `files: ${readdirSync(folder).join(' ')}\n`,
  );
}

const scratch = mkdtempSync(join(tmpdir(), 'cora-bench-'));
const inScratch = () => mkdtempSync(join(scratch, 'recording-'));
try {
  if (liveSeconds > 0) {
    const idle = await live(inScratch(), false);
    const busy = await live(inScratch(), true);
    process.stdout.write(
      `writer: ${(busy - idle).toFixed(2)} % of a core for ${SPEAKERS} speakers\n`,
    );
  }
  await offline(inScratch());
} finally {
  rmSync(scratch, { recursive: true });
}
