import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toSvg, type Plot } from '../../../scripts/loadtest/plot.ts';
import type { Measured } from './audienceRun.ts';
import type { Conditions } from './conditions.ts';

const DIRECTORY = new URL('../../output/bench/', import.meta.url).pathname;

export function keepFigures(name: string, figures: unknown): void {
  mkdirSync(DIRECTORY, { recursive: true });
  const text = JSON.stringify({ at: new Date().toISOString(), figures }, null, 2);
  writeFileSync(path.join(DIRECTORY, `${name}.json`), `${text}\n`);
}

export function keepPlot(name: string, plot: Plot): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(path.join(DIRECTORY, `${name}.svg`), `${toSvg(plot)}\n`);
}

/** Seconds of the processor's time, Node's and the worker's, for a million frames of 20 ms that arrived. */
export function secondsPerMillion(run: Measured): { node: number; worker: number; all: number } {
  const millions = run.framesDelivered / 1e6;
  const [node, worker] = [run.nodeSeconds / millions, run.workerSeconds / millions];
  return { node, worker, all: node + worker };
}

export function percentOfCore(run: Measured): { node: number; worker: number } {
  const share = (seconds: number) => (100 * seconds) / run.seconds;
  return { node: share(run.nodeSeconds), worker: share(run.workerSeconds) };
}

/** Nothing where the run counts; else why not. */
export function flawOf({ conditions }: { readonly conditions: Conditions }): string {
  const flaws = [
    conditions.droppedByKernel > 0 ? `${conditions.droppedByKernel} dropped by the kernel` : '',
    conditions.othersCores > 0.2 ? `others used ${conditions.othersCores.toFixed(2)} cores` : '',
  ].filter((flaw) => flaw !== '');
  return flaws.length === 0 ? '' : ` (does not count: ${flaws.join(', ')})`;
}
