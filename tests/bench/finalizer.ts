import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RecordingId, RoomId } from '#protocol';
import { writeJournal } from '#tests/support/writtenJournal.ts';
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
    await writeJournal({
      folder: journal,
      recordingId: 'recording-0001' as RecordingId,
      roomId: 'room-0001' as RoomId,
      minutes: MINUTES,
      speakers: SPEAKERS,
    });
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
