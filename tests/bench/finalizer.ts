import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PeerId, ProducerId, RecordingId, RoomId } from '#protocol';
import { JournalRecording } from '#server/recording/activeRecording.ts';
import { rtpPacket } from '#tests/recording/support/rtp.ts';
import { FRAME_MS, FRAME_SAMPLES, noisePackets } from '#tests/recording/support/sound.ts';
import { quantile } from './figures.ts';

const run = promisify(execFile);
const PROCESS = new URL('./finalizerProcess.ts', import.meta.url).pathname;
const SPEAKERS = 10;
const MINUTES = 10;
const ROUNDS = 3;

interface Took {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** Finalises ten minutes of ten who talk without a pause, in a process of its own each time. */
export async function measureFinalizer(): Promise<string> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'cora-finalizer-'));
  try {
    const journal = mkdtempSync(path.join(scratch, 'journal-'));
    await writeJournal(journal);
    const rounds: Took[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const folder = mkdtempSync(path.join(scratch, 'round-'));
      cpSync(journal, folder, { recursive: true });
      const { stdout } = await run(process.execPath, [PROCESS, folder]);
      rounds.push(JSON.parse(stdout) as Took);
      rmSync(folder, { recursive: true });
    }
    const median = (of: (took: Took) => number) => quantile(rounds.map(of), 0.5);
    const speed = (seconds: number) => `${((MINUTES * 60) / seconds).toFixed(1)} x`;
    return (
      `${speed(median(({ cpuSeconds }) => cpuSeconds))} real time by processor time, ` +
      `${speed(median(({ wallSeconds }) => wallSeconds))} by the wall; memory ` +
      `${median(({ peakMb }) => peakMb).toFixed(0)} MB at the peak (n = ${ROUNDS})`
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function writeJournal(folder: string): Promise<void> {
  let nowMs = 0;
  const clock = { wallMs: Date.now, monotonicMs: () => nowMs, after: () => () => {} };
  const recording = await JournalRecording.begin({
    folder,
    clock,
    // Sound comes faster here than any disk takes it.
    journal: { limits: { queueBytes: 2 ** 28 } },
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
      monotonicOriginMs: 0,
      owner: { pid: 0, startedAtTicks: '' },
    },
  });
  const speakers = Array.from({ length: SPEAKERS }, (_, number) => ({
    voice: noisePackets({ seed: number, packets: 500, bursts: true }),
    track: recording.addTrack({
      peerId: `peer-000${number}` as PeerId,
      displayName: `Persona ${number}`,
      producerId: `00000000-0000-4000-8000-00000000000${number}` as ProducerId,
    }),
  }));
  for (let index = 0; nowMs < MINUTES * 60_000; index += 1, nowMs += FRAME_MS) {
    for (const { voice, track } of speakers) {
      const payload = voice[index % voice.length] as Uint8Array;
      track.rtp(rtpPacket({ sequence: index, timestamp: index * FRAME_SAMPLES, payload }));
    }
    if (index % 50 === 0) await setImmediate();
  }
  await recording.stop('stopped');
}
