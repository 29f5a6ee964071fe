import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { realClock } from '#tests/support/clock.ts';
import { rtpPacket } from './rtp.ts';
import { FRAME_SAMPLES } from './frames.ts';

// A process with nothing in it but the recorder: makes one recording of that many packets ready,
// prints how that ended, and ends when it has nothing left to do.

/** A packet of silence, so that no encoder is needed here. */
const SILENCE = Uint8Array.of(0xfc, 0xff, 0xfe);

const [directory = '', packets = '0'] = process.argv.slice(2);
const store = await RecordingStore.open({
  directory,
  clock: realClock,
  log: { info() {}, warn() {}, error() {} },
});
const finalized = Promise.withResolvers<string>();
const recording = await store.recorder.start({
  recordingId: 'recording-0001' as RecordingId,
  roomId: 'room-0001' as RoomId,
  roomName: 'Sala',
  startedBy: 'Ana',
  events: { failed() {}, progress() {}, finalized: finalized.resolve },
});
const track = recording.addTrack({
  peerId: 'peer-0001' as PeerId,
  displayName: 'Ana',
  producerId: '00000000-0000-4000-8000-000000000001' as ProducerId,
});
for (let index = 0; index < Number(packets); index += 1) {
  track.rtp(rtpPacket({ sequence: index, timestamp: index * FRAME_SAMPLES, payload: SILENCE }));
}
await recording.stop('stopped');
process.stdout.write(`${await finalized.promise}\n`);
await store.close();
