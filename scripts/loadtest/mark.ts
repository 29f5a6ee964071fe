// A short tone above what a voice is made of here, at every full second of the test's clock: whoever
// decodes it knows how long it was on its way.

export const MARK_EVERY_MS = 1_000;
export const MARK_HZ = 6_000;
export const MARK_MS = 25;
export const MARK_AMPLITUDE = 0.25;
const RATE = 48_000;
/** 2.5 ms: whole periods of the tone, and how exactly its beginning is known. */
const WINDOW = 120;
/** Of the tone's amplitude, of 1 at most. */
const HEARD = 0.06;
/** No two marks are nearer than this, whoever speaks. */
const DEAF_SAMPLES = (RATE * MARK_EVERY_MS) / 2_000;

/** Finds the beginnings of marks in sound at 48 kHz, mono. */
export class MarkDetector {
  #deaf = 0;

  /**
   * @param continues whether nothing is missing before `samples`: else they may begin within a mark
   * @returns where in `samples` a mark begins, in milliseconds; null where none does
   */
  find(samples: Int16Array, continues: boolean): number | null {
    for (let start = 0; start + WINDOW <= samples.length; start += WINDOW) {
      if (this.#deaf > 0) {
        this.#deaf -= WINDOW;
        continue;
      }
      if (amplitudeOf(samples.subarray(start, start + WINDOW)) < HEARD) continue;
      this.#deaf = DEAF_SAMPLES;
      return start === 0 && !continues ? null : (1_000 * start) / RATE;
    }
    return null;
  }
}

/** Of MARK_HZ, by Goertzel's algorithm; full scale is 1. */
function amplitudeOf(samples: Int16Array): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * MARK_HZ) / RATE);
  let [before, last] = [0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + coefficient * last - before];
  }
  const power = last * last + before * before - coefficient * last * before;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length / 32_768;
}
