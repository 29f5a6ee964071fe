import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a server that is measured: on SIGUSR2 it writes how late its event loop has been since
// the last time.

const RESOLUTION_MS = 10;

export interface LoopReport {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly residentBytes: number;
}

const file = process.env['LOOP_PROBE'];
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('SIGUSR2', () => {
    const report: LoopReport = {
      p99Ms: late(delay.percentile(99)),
      maxMs: late(delay.max),
      residentBytes: process.memoryUsage.rss(),
    };
    delay.reset();
    writeFileSync(file, JSON.stringify(report));
  });
}
