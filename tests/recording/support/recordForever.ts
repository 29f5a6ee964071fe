import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { realClock } from '#tests/support/clock.ts';
import { rtpPacket } from './rtp.ts';
import { FRAME_MS, FRAME_SAMPLES, sinePackets } from './sound.ts';

// A process that records ten people in real time until it is killed. For every packet of the first
// it prints how many milliseconds of sound it has handed over, and after how many of its own.

const [directory = ''] = process.argv.slice(2);
const store = await RecordingStore.open({
  directory,
  clock: realClock,
  log: { info() {}, warn() {}, error() {} },
});
const recording = await store.recorder.start({
  recordingId: 'recording-0001' as RecordingId,
  roomId: 'room-0001' as RoomId,
  roomName: 'Sala',
  startedBy: 'Ana',
  events: { failed() {}, progress() {}, finalized() {} },
});
const tracks = Array.from({ length: 10 }, (_, number) =>
  recording.addTrack({
    peerId: `peer-000${number}` as PeerId,
    displayName: `Persona ${number}`,
    producerId: `00000000-0000-4000-8000-00000000000${number}` as ProducerId,
  }),
);
const second = sinePackets({ frequency: 400, packets: 50 });
const begunMs = performance.now();
let index = 0;
setInterval(() => {
  const elapsedMs = performance.now() - begunMs;
  for (; index * FRAME_MS <= elapsedMs; index++) {
    const payload = second[index % second.length] as Uint8Array;
    const packet = rtpPacket({ sequence: index, timestamp: index * FRAME_SAMPLES, payload });
    for (const track of tracks) track.rtp(packet);
    process.stdout.write(`${(index + 1) * FRAME_MS} ${elapsedMs}\n`);
  }
}, FRAME_MS / 2);
