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

/** Sound as the ear weighs its frequencies, one channel at 48 kHz: block after block, as one sound. */
export class KWeighting {
  readonly #stages = [new Filter(SHELF), new Filter(HIGH_PASS)];

  /** In place. */
  run(samples: Float64Array): void {
    for (const stage of this.#stages) stage.run(samples);
  }
}
