import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { realClock } from '#tests/support/clock.ts';
import { holdFinalizer, isAlive } from '#tests/support/processes.ts';
import { RECORDING, ROOM, scratch, silentLog } from './support/studio.ts';

const PROCESS = new URL('./support/finalizeHere.ts', import.meta.url).pathname;
/** Of silence, 20 ms each. */
const SECOND = 50;

/** A server with a recording of a second, whose finalizer stands still. */
async function record(directory: string): Promise<{ server: ChildProcess; finalizer: number }> {
  const server = spawn(process.execPath, [PROCESS, directory, String(SECOND)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { server, finalizer: await holdFinalizer(server.pid as number) };
}

it('[FT2] outlives the fault of a finalizer, and mends the recording at the next start', async () => {
  const directory = await scratch();
  const { server, finalizer } = await record(directory);
  process.kill(finalizer, 'SIGSEGV');
  process.kill(finalizer, 'SIGCONT');
  expect(await text(server.stdout!)).toBe('failed\n');

  const store = await RecordingStore.open({ directory, clock: realClock, log: silentLog });
  await store.recover();
  expect((await store.get(ROOM, RECORDING))?.manifest?.stopReason).toBe('stopped');
  await store.close();
});

it('[FT10] ends a finalizer whose server was killed, before it can meet the next one', async () => {
  const directory = await scratch();
  const { server, finalizer } = await record(directory);
  const killed = once(server, 'exit');
  server.kill('SIGKILL');
  await killed;
  // What the next server has made so far when the old finalizer gets to run.
  const folder = path.join(directory, RECORDING);
  const track = path.join(folder, 'speakers', 'peer-0001.ogg');
  await mkdir(path.dirname(track), { recursive: true });
  await writeFile(track, 'half');
  process.kill(finalizer, 'SIGCONT');
  await expect.poll(() => isAlive(finalizer), { timeout: 20_000 }).toBe(false);
  expect(await readFile(track, 'utf8')).toBe('half');
  expect(existsSync(path.join(folder, 'manifest.json'))).toBe(false);
});
