import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RECORD } from '#server/recording/journalFormat.ts';
import { readJournal } from '#server/recording/journalReader.ts';
import { PAYLOAD_TYPE, ROOMS, SPEAKERS_PER_ROOM, ssrcOf, type CrowdReady } from './crowdPlan.ts';
import { toText, usageOf } from './usage.ts';

const SERVER = new URL('./crowdServer.ts', import.meta.url).pathname;
const SECONDS = 20;
const FRAME_MS = 20;
const FRAME_SAMPLES = 960;
/** Opus at 32 kbit/s. */
const PAYLOAD_BYTES = 80;
const HEADER_BYTES = 12;
const SPEAKERS = ROOMS * SPEAKERS_PER_ROOM;
/** What is on the way when the last packet has been sent. */
const DRAIN_MS = 2_000;
const READY_MS = 60_000;

/** 200 who talk in 20 rooms, as plain RTP: what reaches the journals of what was sent. Nobody listens. */
export async function measureCrowd(): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cora-crowd-'));
  const server = fork(SERVER, [directory]);
  try {
    const [ready] = await once(server, 'message', { signal: AbortSignal.timeout(READY_MS) });
    const usage = usageOf(server.pid as number, SECONDS * 1_000);
    const sent = await talk((ready as CrowdReady).ports.flat());
    const used = await usage;
    await delay(DRAIN_MS);
    server.send('stop');
    await once(server, 'exit');
    const written = readdirSync(directory).reduce((sum, folder) => {
      return sum + packetsIn(path.join(directory, folder));
    }, 0);
    return (
      `${written} of ${sent} packets in the journals, ${sent - written} lost, in ${SECONDS} s; ` +
      `${toText(used)} (plain RTP, nobody listens)`
    );
  } finally {
    server.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  }
}

/** Everyone at a phase of their own, so that packets come evenly. Returns how many were sent. */
async function talk(ports: readonly number[]): Promise<number> {
  const socket = createSocket('udp4');
  const packets = ports.map((_, index) => {
    const packet = Buffer.alloc(HEADER_BYTES + PAYLOAD_BYTES, 0x5a);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(PAYLOAD_TYPE, 1);
    packet.writeUInt32BE(
      ssrcOf(Math.floor(index / SPEAKERS_PER_ROOM), index % SPEAKERS_PER_ROOM),
      8,
    );
    // CELT, 20 ms, one frame.
    packet.writeUInt8(0xf8, HEADER_BYTES);
    return packet;
  });
  const total = (SECONDS * 1_000 * SPEAKERS) / FRAME_MS;
  const since = performance.now();
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, ((performance.now() - since) / FRAME_MS) * SPEAKERS);
    const batch: Promise<void>[] = [];
    for (; sent < due; sent += 1) {
      const speaker = sent % SPEAKERS;
      const frame = Math.floor(sent / SPEAKERS);
      const packet = packets[speaker] as Buffer;
      packet.writeUInt16BE(frame & 0xffff, 2);
      packet.writeUInt32BE(frame * FRAME_SAMPLES, 4);
      batch.push(
        new Promise((resolve, reject) => {
          const done = (error: Error | null) => (error ? reject(error) : resolve());
          socket.send(Buffer.from(packet), ports[speaker] as number, '127.0.0.1', done);
        }),
      );
    }
    await Promise.all(batch);
    await delay(1);
  }
  socket.close();
  return sent;
}

function packetsIn(folder: string): number {
  let packets = 0;
  for (const { type } of readJournal(folder)) if (type === RECORD.rtp) packets += 1;
  return packets;
}
