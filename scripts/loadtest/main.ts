import { closeSync, openSync, writeFileSync } from 'node:fs';
import { LoadError } from './loadError.ts';
import { LoadTest } from './loadTest.ts';
import { readOptions, USAGE } from './options.ts';
import { toPage } from './page.ts';
import { toText } from './report.ts';
import { summarise } from './summary.ts';
import { missed } from './thresholds.ts';

const GOOD = 0;
const MISSED = 1;
const NOT_RUN = 2;

/** @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  // The first Ctrl-C ends the measurement, and what was measured is told.
  process.once('SIGINT', () => stop.abort());
  try {
    const options = readOptions(args);
    if (options === null) {
      process.stdout.write(USAGE);
      return GOOD;
    }
    for (const file of [options.json, options.html]) if (file) requireWritable(file);
    const test = new LoadTest(options, (line) => process.stderr.write(`${line} ...\n`));
    const report = summarise(options, await test.run(stop.signal));
    const misses = missed(report, options.thresholds);
    process.stdout.write(`${toText(report)}\n`);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    if (options.html) writeFileSync(options.html, toPage(report, misses));
    for (const miss of misses) process.stdout.write(`Missed: ${miss}\n`);
    return misses.length === 0 ? GOOD : MISSED;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return NOT_RUN;
  }
}

/** Before a long run, and not after it. @throws LoadError */
function requireWritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new LoadError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}
