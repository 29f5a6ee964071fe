/** A second-order filter's coefficients, a0 being 1. */
interface Biquad {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** The two stages of the K-weighting at 48 kHz (ITU-R BS.1770-4, tables 1 and 2). */
const STAGES: readonly Biquad[] = [
  {
    b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
    a: [-1.69065929318241, 0.73248077421585],
  },
  { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] },
];

/** A sound as the ear weighs its frequencies. */
export function weighted(samples: Float32Array): Float64Array {
  const result = Float64Array.from(samples);
  for (const { b, a } of STAGES) {
    const [b0, b1, b2] = b;
    const [a1, a2] = a;
    let first = 0;
    let second = 0;
    for (let index = 0; index < result.length; index++) {
      const input = result[index] as number;
      const output = b0 * input + first;
      first = b1 * input - a1 * output + second;
      second = b2 * input - a2 * output;
      result[index] = output;
    }
  }
  return result;
}
