import { mkdirSync } from 'node:fs';
import type { PlainTransport } from 'mediasoup/types';
import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { tapAudio } from '#server/media/audioTap.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import { DiskReserve } from '#server/recording/diskReserve.ts';
import { RoomRecorder } from '#server/recording/roomRecorder.ts';
import type { Log } from '#server/session/ports.ts';
import { realClock } from '#tests/support/clock.ts';
import { workerBinary } from '../../scripts/worker/path.mjs';
import { PAYLOAD_TYPE, ROOMS, SPEAKERS_PER_ROOM, ssrcOf, type CrowdReady } from './crowdPlan.ts';

// A process with the real workers, taps and recorder for many rooms, without signalling: speakers
// come in as plain RTP. Says on which ports, and ends all recordings when it is told to.

const [directory = ''] = process.argv.slice(2);
const log: Log = { info() {}, warn() {}, error: (facts) => process.stderr.write(`${facts}\n`) };
const pool = await WorkerPool.create({
  workerBinary: workerBinary(),
  count: 2,
  listenIp: '127.0.0.1',
  announcedAddress: undefined,
  rtcPort: 0,
  log,
});
mkdirSync(directory, { recursive: true });
const recorder = new RoomRecorder({
  directory,
  clock: realClock,
  log,
  began() {},
  // Nothing is finalised: the journals are what is counted.
  captured() {},
  reserve: new DiskReserve({ directory }),
});
const ports: number[][] = [];
for (let room = 0; room < ROOMS; room += 1) ports.push(await openRoom(room));
process.on('message', () => {
  void recorder.stopAll('stopped').then(() => process.exit(0));
});
process.send?.({ ports, workers: pool.pids } satisfies CrowdReady);

async function openRoom(number: number): Promise<number[]> {
  const { router } = await pool.createRouter(() => {});
  const direct = await router.createDirectTransport();
  const recording = await recorder.start({
    recordingId: `crowd-recording-${number}` as RecordingId,
    roomId: `crowd-room-${number}` as RoomId,
    roomName: `Sala ${number}`,
    startedBy: 'Ana',
    events: { failed: () => process.exit(1), progress() {}, finalized() {} },
  });
  const opened: PlainTransport[] = [];
  for (let speaker = 0; speaker < SPEAKERS_PER_ROOM; speaker += 1) {
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      comedia: true,
    });
    const producer = await transport.produce({
      kind: 'audio',
      rtpParameters: {
        codecs: [
          { mimeType: 'audio/opus', payloadType: PAYLOAD_TYPE, clockRate: 48_000, channels: 2 },
        ],
        encodings: [{ ssrc: ssrcOf(number, speaker) }],
      },
    });
    const sink = recording.addTrack({
      peerId: `peer-${number}-${speaker}` as PeerId,
      displayName: `Persona ${speaker}`,
      producerId: producer.id as ProducerId,
    });
    await tapAudio({ direct, router, producer, sink });
    opened.push(transport);
  }
  return opened.map(({ tuple }) => tuple.localPort);
}
