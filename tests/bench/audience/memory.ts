import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 10_000;

/** What a process keeps in memory. */
export function megabytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

/** What of a server's memory is in use, as its heapProbe says it in `file`. */
export async function heapMegabytes(pid: number, file: string): Promise<number> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const giveUpMs = performance.now() + PATIENCE_MS; performance.now() < giveUpMs;) {
    await delay(LOOK_AGAIN_MS);
    try {
      const bytes = readFileSync(file, 'utf8');
      if (bytes !== '') return Number(bytes) / 2 ** 20;
    } catch {
      // Not there yet.
    }
  }
  throw new Error('the server does not say what memory it uses');
}
