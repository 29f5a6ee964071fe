import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scratch } from './support/studio.ts';

const run = promisify(execFile);
const PROCESS = new URL('./support/finalizeOnce.ts', import.meta.url).pathname;

it('[FT2] outlives the thread of each finalizer', async () => {
  const { stdout } = await run(process.execPath, [PROCESS, await scratch()]);
  expect(stdout).toBe('ready\nready\nready\n');
});
