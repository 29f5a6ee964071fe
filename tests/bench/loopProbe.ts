import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// Loaded into a server that is measured: on SIGUSR2 it writes how late its event loop has been since
// the last time.

const RESOLUTION_MS = 10;

export interface LoopReport {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly residentBytes: number;
  /** What is left of JavaScript's own once all that is garbage has been collected. */
  readonly heapBytes: number;
}

const file = process.env['LOOP_PROBE'];
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  process.on('SIGUSR2', () => {
    const lateness = { p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) };
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    const report: LoopReport = { ...lateness, residentBytes: rss, heapBytes: heapUsed };
    delay.reset();
    writeFileSync(file, JSON.stringify(report));
  });
}
