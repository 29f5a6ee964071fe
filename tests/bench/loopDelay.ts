import { monitorEventLoopDelay } from 'node:perf_hooks';

// Read into a server before its own code, with --import: says how late its event loop runs, in the
// manner of its log.

const EVERY_MS = 250;

/** What one line of it says. Milliseconds since 1970, and of delay. */
export interface LoopDelay {
  readonly msg: 'event loop delay';
  readonly time: number;
  readonly maxMs: number;
  readonly p99Ms: number;
}

const histogram = monitorEventLoopDelay({ resolution: 5 });
histogram.enable();
setInterval(() => {
  const line: LoopDelay = {
    msg: 'event loop delay',
    time: Date.now(),
    maxMs: histogram.max / 1e6,
    p99Ms: histogram.percentile(99) / 1e6,
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
  histogram.reset();
}, EVERY_MS).unref();
