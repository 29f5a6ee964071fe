import { KWeighting } from '../domain/kWeighting.ts';
import { SAMPLE_RATE } from './resampler.ts';

/** Mean weighted power of what is said, pauses left out, in dB of full scale: -20 LUFS by BS.1770. */
const TARGET_DB = -18.3;
/** Opus gives peaks back up to 2 dB higher: below -3 dBFS they stay. */
const CEILING = 10 ** (-5.8 / 20);
/** What is so much below the loudest block is a pause. */
const PAUSE_DB = 20;
const BLOCK = SAMPLE_RATE / 100;
/** Blocks on each side over which a gain is spread, so that it is not heard to move. */
const SPREAD = 2;

/** Makes all voices about equally loud, and turns down for a moment what would stick out. In place. */
export function level(samples: Float32Array): void {
  const weighted = Float64Array.from(samples);
  new KWeighting().run(weighted);
  const powers = blocksOf(weighted).map(powerOf);
  const floor = powers.reduce((most, power) => Math.max(most, power), 0) / 10 ** (PAUSE_DB / 10);
  const said = powers.filter((power) => power > floor);
  const mean = said.reduce((sum, power) => sum + power, 0) / said.length;
  // Also false when it is silent, or when there is no block.
  if (!(mean > 0)) return;
  const gain = Math.sqrt(10 ** (TARGET_DB / 10) / mean);
  for (let index = 0; index < samples.length; index++) {
    samples[index] = (samples[index] as number) * gain;
  }
  limit(samples);
}

/**
 * Gains that turn peaks down to the ceiling: what a block needs counts for one block more than it is
 * spread over, so that on the way from one block's middle to the next no gain is above the need.
 */
function limit(samples: Float32Array): void {
  const needed = blocksOf(samples).map((block) => Math.min(1, CEILING / peakOf(block)));
  const least = needed.map((_, at) => Math.min(...around(needed, at, SPREAD + 1)));
  const gains = least.map((_, at) => {
    const near = around(least, at, SPREAD);
    return near.reduce((sum, gain) => sum + gain, 0) / near.length;
  });
  for (let index = 0; index < samples.length; index++) {
    const at = index / BLOCK - 0.5;
    const before = Math.floor(at);
    const from = gains[Math.max(0, before)] as number;
    const to = gains[Math.min(gains.length - 1, before + 1)] as number;
    samples[index] = (samples[index] as number) * (from + (to - from) * (at - before));
  }
}

function around(values: readonly number[], at: number, reach: number): number[] {
  return values.slice(Math.max(0, at - reach), at + reach + 1);
}

function blocksOf<Samples extends Float32Array | Float64Array>(samples: Samples): Samples[] {
  const count = Math.ceil(samples.length / BLOCK);
  return Array.from(
    { length: count },
    (_, at) => samples.subarray(at * BLOCK, (at + 1) * BLOCK) as Samples,
  );
}

/** Mean square. */
export function powerOf(block: Float32Array | Float64Array): number {
  let sum = 0;
  for (let index = 0; index < block.length; index++) sum += (block[index] as number) ** 2;
  return sum / block.length;
}

function peakOf(block: Float32Array): number {
  let peak = 0;
  for (let index = 0; index < block.length; index++) {
    peak = Math.max(peak, Math.abs(block[index] as number));
  }
  return peak;
}
