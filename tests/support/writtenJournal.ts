import { mkdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { JournalRecording } from '#server/recording/activeRecording.ts';
import { rtpPacket } from '#tests/recording/support/rtp.ts';
import { FRAME_MS, FRAME_SAMPLES, noisePackets } from '#tests/recording/support/sound.ts';

export interface WrittenJournal {
  /** Made if it is not there. A recording's folder has the recording's name. */
  readonly folder: string;
  readonly recordingId: RecordingId;
  readonly roomId: RoomId;
  readonly minutes: number;
  readonly speakers: number;
}

/** Writes what a recorder captures of people who talk without a pause, as fast as the disk takes it. */
export async function writeJournal(options: WrittenJournal): Promise<void> {
  const { folder, recordingId, roomId, minutes } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let nowMs = 0;
  const recording = await JournalRecording.begin({
    folder,
    clock: { wallMs: Date.now, monotonicMs: () => nowMs, after: () => () => {} },
    // Sound comes faster here than any disk takes it.
    journal: { limits: { queueBytes: 2 ** 28 } },
    failed: (error) => {
      throw error;
    },
    captured() {},
    header: {
      version: 1,
      ...{ recordingId, roomId },
      roomName: 'Sala',
      startedBy: 'Ana',
      startedAt: Date.now(),
      monotonicOriginMs: 0,
      // Beyond any process id that Linux gives: whoever wrote this is gone.
      owner: { pid: 2 ** 22 + 1, startedAtTicks: '1' },
    },
  });
  const speakers = Array.from({ length: options.speakers }, (_, number) => ({
    voice: noisePackets({ seed: number, packets: 500, bursts: true }),
    track: recording.addTrack({
      peerId: `peer-000${number}` as PeerId,
      displayName: `Persona ${number}`,
      producerId: `00000000-0000-4000-8000-00000000000${number}` as ProducerId,
    }),
  }));
  for (let index = 0; nowMs < minutes * 60_000; index += 1, nowMs += FRAME_MS) {
    for (const { voice, track } of speakers) {
      const payload = voice[index % voice.length] as Uint8Array;
      track.rtp(rtpPacket({ sequence: index, timestamp: index * FRAME_SAMPLES, payload }));
    }
    if (index % 50 === 0) await setImmediate();
  }
  await recording.stop('stopped');
}
