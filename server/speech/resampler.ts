/** What Opus takes (RFC 6716 section 2.1.3: up to the full band). */
export const SAMPLE_RATE = 48_000;

/** Samples of the original that go into one of the result. */
const TAPS = 48;
const HALF = TAPS / 2;
/** Of the Kaiser window: what it lets through beside its band is 80 dB down. */
const KAISER_BETA = 8;
/** Where the band ends, as a share of the original's: between them lies the filter's slope. */
const CUTOFF = 0.93;

/**
 * Brings sound of one rate, at most 48 kHz, to 48 kHz: a windowed sinc, taken at as many offsets
 * between two samples as the rates need (a polyphase filter). Offsets are reckoned when first used.
 */
export class Resampler {
  readonly rate: number;
  /** The smallest whole numbers whose ratio is that of the rates. */
  readonly #up: number;
  readonly #down: number;
  readonly #phases: (Float64Array | null)[];

  /** @param rate samples a second */
  constructor(rate: number) {
    const common = commonDivisor(SAMPLE_RATE, rate);
    this.rate = rate;
    this.#up = SAMPLE_RATE / common;
    this.#down = rate / common;
    this.#phases = Array<null>(this.#up).fill(null);
  }

  /** @param samples one channel; the same length of time comes back */
  run(samples: Float32Array): Float32Array {
    if (this.#up === this.#down) return samples;
    const padded = new Float32Array(samples.length + TAPS);
    padded.set(samples, HALF);
    const result = new Float32Array(Math.floor((samples.length * this.#up) / this.#down));
    let before = 0;
    let phase = 0;
    for (let index = 0; index < result.length; index++) {
      const taps = (this.#phases[phase] ??= tapsFor(phase / this.#up));
      let sum = 0;
      for (let tap = 0; tap < TAPS; tap++) {
        sum += (taps[tap] as number) * (padded[before + 1 + tap] as number);
      }
      result[index] = sum;
      phase += this.#down;
      if (phase < this.#up) continue;
      phase -= this.#up;
      before += 1;
    }
    return result;
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function tapsFor(offset: number): Float64Array {
  const taps = Float64Array.from({ length: TAPS }, (_, tap) => {
    const x = tap - (HALF - 1) - offset;
    const sinc = x === 0 ? CUTOFF : Math.sin(Math.PI * CUTOFF * x) / (Math.PI * x);
    return sinc * kaiser(x / HALF);
  });
  // The same loudness at each offset, else their pattern would be heard.
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function kaiser(x: number): number {
  return bessel(KAISER_BETA * Math.sqrt(Math.max(0, 1 - x * x))) / bessel(KAISER_BETA);
}

/** The modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
