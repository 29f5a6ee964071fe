import { readFileSync } from 'node:fs';
import { RESERVE_BYTES } from '#server/recording/diskReserve.ts';
import { FinalizerQueue } from '#server/recording/finalizerQueue.ts';
import { childrenOf } from './figures.ts';

// A process that finalises the recording in a folder as the server does, and prints what the
// finalizer took.

const SAMPLE_MS = 50;
/** Of proc_pid_stat(5), 0-based after the name: user and system time of children that ended. */
const CHILDREN_TIME = [13, 14] as const;
const TICKS_PER_SECOND = 100;

function childrenCpuSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return CHILDREN_TIME.reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_SECOND;
}

let peakMb = 0;
function sample(): void {
  for (const pid of childrenOf(process.pid)) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
  }
}

const [folder = ''] = process.argv.slice(2);
const since = performance.now();
const timer = setInterval(sample, SAMPLE_MS);
await new FinalizerQueue(async () => RESERVE_BYTES).add({ folder, reasonIfUnknown: 'interrupted' });
clearInterval(timer);
const wallSeconds = (performance.now() - since) / 1_000;
process.stdout.write(JSON.stringify({ wallSeconds, cpuSeconds: childrenCpuSeconds(), peakMb }));
