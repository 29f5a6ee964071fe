import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { childrenOf } from '#tests/bench/figures.ts';

const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 5;

/** Whether a process runs, or has ended and nobody has asked how. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process runs: not one that has ended and that nobody has buried yet. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/**
 * Waits for the finalizer that a server begins next, and stops it where it stands.
 * @returns its process id: SIGCONT lets it go on
 */
export async function holdFinalizer(serverPid: number): Promise<number> {
  for (const giveUpMs = performance.now() + PATIENCE_MS; performance.now() < giveUpMs;) {
    const finalizer = childrenOf(serverPid).find(isFinalizer);
    if (finalizer !== undefined) {
      process.kill(finalizer, 'SIGSTOP');
      return finalizer;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
  throw new Error('no finalizer began');
}

function isFinalizer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('finalizerProcess');
  } catch {
    // It ended since its parent's children were listed.
    return false;
  }
}
