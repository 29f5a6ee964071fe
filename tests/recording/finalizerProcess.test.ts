import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { childrenOf } from '#tests/bench/figures.ts';
import { realClock } from '#tests/support/clock.ts';
import { isAlive } from '#tests/support/processes.ts';
import { RECORDING, ROOM, scratch, silentLog } from './support/studio.ts';

const PROCESS = new URL('./support/finalizeHere.ts', import.meta.url).pathname;
/** Of silence, 20 ms each. */
const SECOND = 50;
const HOUR = 3_600 * SECOND;

function record(directory: string, packets: number): ChildProcess {
  return spawn(process.execPath, [PROCESS, directory, String(packets)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function finalizerOf({ pid }: ChildProcess): Promise<number> {
  await expect
    .poll(() => childrenOf(pid as number), { interval: 5, timeout: 20_000 })
    .toHaveLength(1);
  return childrenOf(pid as number)[0] as number;
}

it('[FT2] outlives the fault of a finalizer, and mends the recording at the next start', async () => {
  const directory = await scratch();
  const server = record(directory, SECOND);
  process.kill(await finalizerOf(server), 'SIGSEGV');
  expect(await text(server.stdout!)).toBe('failed\n');

  const store = await RecordingStore.open({ directory, clock: realClock, log: silentLog });
  await store.recover();
  expect((await store.get(ROOM, RECORDING))?.manifest?.stopReason).toBe('stopped');
  await store.close();
});

it('[FT10] ends a finalizer whose server was killed, before it can meet the next one', async () => {
  const directory = await scratch();
  const server = record(directory, HOUR);
  const finalizer = await finalizerOf(server);
  const killed = once(server, 'exit');
  server.kill('SIGKILL');
  await killed;
  await expect.poll(() => isAlive(finalizer), { timeout: 20_000 }).toBe(false);
  expect(existsSync(path.join(directory, 'recording-0001', 'manifest.json'))).toBe(false);
});
