/** 5 ms at 48 kHz: how far ahead it looks, and how long it takes to turn down. */
const LOOK_AHEAD = 240;
/** How fast it comes back: to a third of the way in 100 ms. */
const RELEASE = 1 - Math.exp(-1 / 4_800);

const PHASES = 4;
const TAPS = 12;
/** Samples on each side of what lies between two of them. */
const HALF = TAPS / 2;
/** Where all samples are below this part of the ceiling, nothing between them reaches it. */
const SURELY_BELOW = 0.5;

/** Windowed sinc: what lies a quarter, half and three quarters behind a sample (BS.1770-4 annex 2). */
const INTERPOLATION = Array.from({ length: PHASES - 1 }, (_, phase) => {
  const taps = Float64Array.from({ length: TAPS }, (_, tap) => {
    const x = tap - (HALF - 1) - (phase + 1) / PHASES;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / HALF);
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
});

/**
 * Turns down what would go beyond the ceiling, between the samples too (4 x oversampled), before it
 * comes. What goes in comes out `Limiter.delay` samples later.
 */
export class Limiter {
  static readonly delay = LOOK_AHEAD + HALF;

  readonly #ceiling: number;
  /** The last samples: what the interpolation and the delay look back at. */
  readonly #past = new Float64Array(LOOK_AHEAD + TAPS);
  readonly #window = new SlidingMinimum(LOOK_AHEAD);
  readonly #smooth = new Float64Array(LOOK_AHEAD).fill(1);
  #smoothAt = 0;
  #sum = LOOK_AHEAD;
  #gain = 1;

  /** @param ceiling 1 is full scale */
  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  /** Changes the block in place. */
  run(block: Float32Array): void {
    const past = this.#past;
    const line = new Float64Array(past.length + block.length);
    line.set(past);
    line.set(block, past.length);
    const loud = this.#ceiling * SURELY_BELOW;
    // The interval that begins HALF samples ago has all its neighbours by now. Until when one of them
    // is loud:
    let loudUntil = 0;
    for (let index = 0; index < TAPS; index++) {
      if (Math.abs(line[past.length + index - TAPS] as number) > loud) loudUntil = index;
    }
    for (let index = 0; index < block.length; index++) {
      if (Math.abs(line[past.length + index] as number) > loud) loudUntil = index + TAPS;
      const peak = index <= loudUntil ? peakAt(line, past.length + index - HALF) : 0;
      const wanted = peak > this.#ceiling ? this.#ceiling / peak : 1;
      const least = this.#window.push(wanted);
      this.#gain = Math.min(least, this.#gain + (1 - this.#gain) * RELEASE);
      const gain = this.#average(this.#gain);
      block[index] = (line[past.length + index - Limiter.delay] as number) * gain;
    }
    past.set(line.subarray(line.length - past.length));
  }

  #average(gain: number): number {
    const at = this.#smoothAt;
    this.#sum += gain - (this.#smooth[at] as number);
    this.#smooth[at] = gain;
    this.#smoothAt = (at + 1) % LOOK_AHEAD;
    // Added up anew once a round, so that rounding does not add up.
    if (this.#smoothAt === 0) this.#sum = this.#smooth.reduce((sum, one) => sum + one, 0);
    return this.#sum / LOOK_AHEAD;
  }
}

/** The largest value from this sample to the next, without its sign. */
function peakAt(line: Float64Array, at: number): number {
  let peak = Math.abs(line[at] as number);
  for (const taps of INTERPOLATION) {
    let value = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      value += (taps[tap] as number) * (line[at + tap - (HALF - 1)] as number);
    }
    peak = Math.max(peak, Math.abs(value));
  }
  return peak;
}

/** The least of the last `length` + 1 values. */
class SlidingMinimum {
  readonly #length: number;
  /** Values that may yet be the least, growing, in a ring. */
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #first = 0;
  #count = 0;
  #time = 0;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length + 2);
    this.#times = new Float64Array(length + 2);
  }

  push(value: number): number {
    const size = this.#values.length;
    const last = () => (this.#first + this.#count - 1) % size;
    while (this.#count > 0 && (this.#values[last()] as number) >= value) this.#count--;
    this.#count++;
    this.#values[last()] = value;
    this.#times[last()] = this.#time++;
    if ((this.#times[this.#first] as number) < this.#time - 1 - this.#length) {
      this.#first = (this.#first + 1) % size;
      this.#count--;
    }
    return this.#values[this.#first] as number;
  }
}
