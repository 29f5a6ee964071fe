/** Loudness below which nothing counts, and how far below the mean (ITU-R BS.1770-4, annex 1). */
const ABSOLUTE_GATE = -70;
const RELATIVE_GATE = -10;
/** 400 ms windows that begin every 100 ms. */
const WINDOW_HOPS = 4;
const BINS_PER_LU = 10;
const HIGHEST = 20;

/** A second-order filter's coefficients, a0 being 1. */
interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** The two stages of the K-weighting at 48 kHz (ITU-R BS.1770-4, tables 1 and 2). */
const SHELF: Biquad = {
  b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
  a: [-1.69065929318241, 0.73248077421585],
};
const HIGH_PASS: Biquad = { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] };

class Filter {
  readonly #biquad: Biquad;
  #first = 0;
  #second = 0;

  constructor(biquad: Biquad) {
    this.#biquad = biquad;
  }

  run(samples: Float64Array): void {
    const { b, a } = this.#biquad;
    const [b0, b1, b2] = b;
    const [a1, a2] = a;
    let first = this.#first;
    let second = this.#second;
    for (let index = 0; index < samples.length; index++) {
      const input = samples[index] as number;
      const output = b0 * input + first;
      first = b1 * input - a1 * output + second;
      second = b2 * input - a2 * output;
      samples[index] = output;
    }
    // What fades away for ever would end as numbers that are slow to reckon with.
    this.#first = Math.abs(first) < 1e-20 ? 0 : first;
    this.#second = Math.abs(second) < 1e-20 ? 0 : second;
  }
}

/**
 * Integrated loudness of one channel at 48 kHz by ITU-R BS.1770-4, in memory that does not grow:
 * windows are counted in steps of 0.1 LU with their energy.
 */
export class LoudnessMeter {
  readonly #filters = [new Filter(SHELF), new Filter(HIGH_PASS)];
  readonly #counts = new Float64Array((HIGHEST - ABSOLUTE_GATE) * BINS_PER_LU + 1);
  readonly #energies = new Float64Array(this.#counts.length);
  readonly #hops: number[] = [];

  /** @param block 100 ms, which is 4,800 samples; 1 is full scale */
  push(block: Float32Array): void {
    const samples = Float64Array.from(block);
    for (const filter of this.#filters) filter.run(samples);
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
