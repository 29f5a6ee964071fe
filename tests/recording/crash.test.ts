import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { HandClock, pathOf, RECORDING, ROOM, scratch, silentLog } from './support/studio.ts';
import { at, decodeOgg, strength } from './support/sound.ts';

const RECORDER = new URL('./support/recordForever.ts', import.meta.url).pathname;

function openStore(directory: string): Promise<RecordingStore> {
  return RecordingStore.open({ directory, clock: new HandClock(), log: silentLog });
}

/** Runs a recorder until it has taken that much sound; resolves with what it had taken when killed. */
async function recordAndKill(directory: string, untilMs: number): Promise<number> {
  const child = spawn(process.execPath, [RECORDER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let takenMs = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    takenMs = Number(line);
    if (takenMs >= untilMs && !child.killed) {
      // Another server on the same folder leaves alone what this one still writes.
      const store = await openStore(directory);
      await store.recover();
      expect(await store.list(ROOM)).toEqual([]);
      child.kill('SIGKILL');
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return takenMs;
}

describe('a recorder that is killed', () => {
  it('[RK1] leaves all but its last second, and the next start makes it ready', async () => {
    const directory = await scratch();
    const takenMs = await recordAndKill(directory, 3_000);
    const store = await openStore(directory);
    onTestFinished(() => store.close());
    expect((await store.get(ROOM, RECORDING))?.summary.state).toBe('finalizing');
    await store.recover();

    const found = await store.get(ROOM, RECORDING);
    expect(found?.summary.state).toBe('ready');
    expect(found?.manifest?.stopReason).toBe('interrupted');
    // The second at which it was interrupted: the manifest's end.
    const interruptedMs = 1_000 * (found?.manifest?.durationSeconds ?? 0);
    expect(takenMs - interruptedMs).toBeLessThan(1_000);
    expect(interruptedMs).toBeLessThan(takenMs + 1_000);
    expect(found?.manifest?.speakers).toHaveLength(10);
    expect(await readdir(join(directory, RECORDING))).not.toContain('journal-0000.cora');
    for (const { file, packets, lostPackets } of found?.manifest?.speakers ?? []) {
      const lostMs = takenMs - packets * 20;
      expect(lostMs).toBeLessThan(1_000);
      expect(lostPackets).toBe(0);
      const samples = await decodeOgg(await readFile(pathOf({ directory }, file.path)));
      expect(samples.length / 48).toBeGreaterThan(takenMs - 1_000);
      expect(strength(at(samples, samples.length / 48_000 - 0.5, 0.4), 400)).toBeGreaterThan(0.3);
    }
  });
});
