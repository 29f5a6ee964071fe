import { readFileSync } from 'node:fs';
import { FinalizerQueue } from '#server/recording/finalizerQueue.ts';

// A process that finalises the recording in a folder as the server does, and prints what that took.

const memoryMb = (line: string) =>
  Number(new RegExp(`${line}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) /
  1_024;

const [folder = ''] = process.argv.slice(2);
const beforeMb = memoryMb('VmRSS');
const cpu = process.cpuUsage();
const since = performance.now();
await new FinalizerQueue().add({ folder, reasonIfUnknown: 'interrupted' });
const wallSeconds = (performance.now() - since) / 1_000;
const { user, system } = process.cpuUsage(cpu);
const cpuSeconds = (user + system) / 1e6;
process.stdout.write(
  JSON.stringify({ wallSeconds, cpuSeconds, beforeMb, peakMb: memoryMb('VmHWM') }),
);
