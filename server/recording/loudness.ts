import { KWeighting } from '../domain/kWeighting.ts';

/** Loudness below which nothing counts, and how far below the mean (ITU-R BS.1770-4, annex 1). */
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
/** 400 ms windows that begin every 100 ms. */
const WINDOW_HOPS = 4;
const BINS_PER_LU = 10;
const HIGHEST = 20;

/**
 * Integrated loudness of one channel at 48 kHz by ITU-R BS.1770-4, in memory that does not grow:
 * windows are counted in steps of 0.1 LU with their energy.
 */
export class LoudnessMeter {
  readonly #weighting = new KWeighting();
  readonly #counts = new Float64Array((HIGHEST - ABSOLUTE_GATE) * BINS_PER_LU + 1);
  readonly #energies = new Float64Array(this.#counts.length);
  readonly #hops: number[] = [];

  /** @param block 100 ms, which is 4,800 samples; 1 is full scale */
  push(block: Float32Array): void {
    const samples = Float64Array.from(block);
    this.#weighting.run(samples);
    let sum = 0;
    for (let index = 0; index < samples.length; index++) sum += (samples[index] as number) ** 2;
    this.#hops.push(sum / samples.length);
    if (this.#hops.length < WINDOW_HOPS) return;
    const energy = this.#hops.reduce((total, hop) => total + hop, 0) / WINDOW_HOPS;
    this.#hops.shift();
    const loudness = toLoudness(energy);
    if (loudness <= ABSOLUTE_GATE) return;
    const bin = binOf(Math.min(loudness, HIGHEST));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#energies[bin] = (this.#energies[bin] ?? 0) + energy;
  }

  /** In LUFS; -Infinity when everything was silent. */
  get integrated(): number {
    return this.#mean(Math.max(ABSOLUTE_GATE, this.#mean(ABSOLUTE_GATE) + RELATIVE_GATE));
  }

  #mean(gate: number): number {
    let count = 0;
    let energy = 0;
    for (let bin = binOf(gate); bin < this.#counts.length; bin++) {
      count += this.#counts[bin] ?? 0;
      energy += this.#energies[bin] ?? 0;
    }
    return count === 0 ? -Infinity : toLoudness(energy / count);
  }
}

function toLoudness(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function binOf(loudness: number): number {
  return Math.max(0, Math.round((loudness - ABSOLUTE_GATE) * BINS_PER_LU));
}
