import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { HandClock, pathOf, RECORDING, ROOM, scratch, silentLog } from './support/studio.ts';
import { at, decodeOgg, FRAME_MS, strength } from './support/sound.ts';

const RECORDER = new URL('./support/recordForever.ts', import.meta.url).pathname;

function openStore(directory: string, clock = new HandClock()): Promise<RecordingStore> {
  return RecordingStore.open({ directory, clock, log: silentLog });
}

/** A packet that a recorder was given: where it ends in the sound, and when that was. */
interface Handed {
  readonly soundMs: number;
  readonly atMs: number;
}

/** A recorder in a process of its own, and what it says that it was given. */
class Recorder {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly handed: Handed[] = [];

  constructor(directory: string) {
    this.#process = spawn(process.execPath, [RECORDER, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.#process.kill('SIGKILL'));
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async takes(soundMs: number): Promise<void> {
    while ((this.handed.at(-1)?.soundMs ?? 0) < soundMs) {
      if (!(await this.#read())) throw new Error('the recorder ended by itself');
    }
  }

  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    while (await this.#read());
  }

  /**
   * For how long it ran after it was given that much sound. While it stands still it can write
   * nothing, and is then given in one go what it missed.
   */
  ranSince(soundMs: number): number {
    const times = this.handed.filter((it) => it.soundMs > soundMs).map(({ atMs }) => atMs);
    const steps = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
    return steps.reduce((sum, stepMs) => sum + Math.min(stepMs, 2 * FRAME_MS), 0);
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#lines.next();
    if (done) return false;
    const [soundMs = NaN, atMs = NaN] = String(value).split(' ').map(Number);
    this.handed.push({ soundMs, atMs });
    return true;
  }
}

/** Keeps what is to be done later, so that a test can do it. */
class LaterClock extends HandClock {
  readonly later: (() => void)[] = [];

  override after(_ms?: number, act: () => void = () => {}): () => void {
    this.later.push(act);
    return () => {};
  }
}

describe('a recorder that is killed', () => {
  it('[RK1] leaves all but its last second, and the next start makes it ready', async () => {
    const directory = await scratch();
    const recorder = new Recorder(directory);
    await recorder.takes(3_000);
    // Another server on the same folder leaves alone what this one still writes.
    const other = await openStore(directory);
    await other.recover();
    expect(await other.list(ROOM)).toEqual([]);
    await recorder.kill();
    const store = await openStore(directory);
    onTestFinished(() => store.close());
    expect((await store.get(ROOM, RECORDING))?.summary.state).toBe('finalizing');
    await store.recover();

    const found = await store.get(ROOM, RECORDING);
    expect(found?.summary.state).toBe('ready');
    expect(found?.manifest?.stopReason).toBe('interrupted');
    // The second at which it was interrupted: the manifest's end.
    const interruptedMs = 1_000 * (found?.manifest?.durationSeconds ?? 0);
    expect(recorder.ranSince(interruptedMs)).toBeLessThan(1_000);
    expect(interruptedMs).toBeLessThan((recorder.handed.at(-1)?.atMs ?? 0) + 1_000);
    expect(found?.manifest?.speakers).toHaveLength(10);
    expect(await readdir(join(directory, RECORDING))).not.toContain('journal-0000.cora');
    for (const { file, packets, lostPackets } of found?.manifest?.speakers ?? []) {
      expect(recorder.ranSince(packets * FRAME_MS)).toBeLessThan(1_000);
      expect(lostPackets).toBe(0);
      const samples = await decodeOgg(await readFile(pathOf({ directory }, file.path)));
      expect(samples.length / 48).toBeGreaterThan(interruptedMs - FRAME_MS);
      const lastHeard = packets * (FRAME_MS / 1_000);
      expect(strength(at(samples, lastHeard - 0.5, 0.4), 400)).toBeGreaterThan(0.3);
    }
  });

  it('[RK4] of another server is made ready once that is gone, without another start', async () => {
    const directory = await scratch();
    const recorder = new Recorder(directory);
    await recorder.takes(500);
    const clock = new LaterClock();
    const store = await openStore(directory, clock);
    onTestFinished(() => store.close());
    await store.recover();
    clock.later.shift()?.();
    await expect.poll(() => clock.later.length, { timeout: 10_000 }).toBe(1);
    expect(await store.list(ROOM)).toEqual([]);
    await recorder.kill();
    clock.later.shift()?.();
    const state = async () => (await store.get(ROOM, RECORDING))?.summary.state;
    await expect.poll(state, { timeout: 60_000 }).toBe('ready');
    expect(clock.later).toEqual([]);
  });
});
