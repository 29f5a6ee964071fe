import { quantile, spread } from '../figures.ts';
import { AudienceRun } from './audienceRun.ts';
import { flawOf, keepFigures, percentOfCore } from './output.ts';

const LISTENERS = 2_000;
const JOINS_PER_SECOND = 60;
const SECONDS = 15;
/** They come last, so that a packet reaches them after everybody else. */
const EARS = 5;

/** 2,000 who listen to one speaker on one worker: what is lost, and how late the last of them hears. */
export async function measureLimit(): Promise<string> {
  const run = await AudienceRun.start({ sound: 'automatic' });
  try {
    await run.speakers(1);
    await run.listeners(LISTENERS, JOINS_PER_SECOND);
    await run.ears(EARS);
    await run.heard();
    const measured = await run.measure(SECONDS);
    const delaysMs = await run.heard();
    const lossPercent = (100 * measured.lost) / (measured.packets + measured.lost);
    keepFigures('limit', { measured, lossPercent, p99Ms: quantile(delaysMs, 0.99) });
    const { node, worker } = percentOfCore(measured);
    return (
      `${measured.lost} of ${measured.packets} packets lost (${lossPercent.toFixed(4)} %), ` +
      `the last of them hear after ${spread(delaysMs, 'ms')}; ` +
      `Node ${node.toFixed(1)} %, worker ${worker.toFixed(1)} % of a core${flawOf(measured)}`
    );
  } finally {
    await run.end();
  }
}
