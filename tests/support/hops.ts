import { writeFile } from 'node:fs/promises';
import { wavOf } from '#tests/support/wav.ts';

const SAMPLE_RATE = 48_000;
const HOP_SECONDS = 0.05;

/** Writes a sound without a pause that noise suppression leaves alone: it hops about like a voice. */
export async function writeHoppingFile(file: string, seconds: number): Promise<void> {
  let phase = 0;
  const samples = Int16Array.from({ length: seconds * SAMPLE_RATE }, (_, at) => {
    const hop = Math.floor(at / (HOP_SECONDS * SAMPLE_RATE));
    phase += (2 * Math.PI * (300 + ((hop * 397) % 900))) / SAMPLE_RATE;
    return 14_000 * Math.sin(phase);
  });
  await writeFile(file, wavOf(samples));
}

/** Seconds at which silence of about a second begins, nearest to `near`; NaN when there is none. */
export function hushNear(samples: Float32Array, near: number): number {
  const window = SAMPLE_RATE / 100;
  const loud: boolean[] = [];
  for (let at = 0; at + window <= samples.length; at += window) {
    const part = samples.subarray(at, at + window);
    loud.push(part.some((sample) => Math.abs(sample) > 0.02));
  }
  let best = NaN;
  let from = 0;
  for (let at = 0; at <= loud.length; at++) {
    if (at < loud.length && !loud[at]) continue;
    const length = at - from;
    const start = from / 100;
    const nearer = Number.isNaN(best) || Math.abs(start - near) < Math.abs(best - near);
    if (length >= 60 && length <= 150 && nearer) best = start;
    from = at + 1;
  }
  return best;
}
