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
/** A click, as where one voice follows another, is loud at every pitch and shorter than that. */
const WINDOWS_OF_A_MARK = 7;
/** No two marks are nearer than this, whoever speaks. */
const DEAF_MS = MARK_EVERY_MS / 2;

/** Finds the beginnings of marks in sound at 48 kHz, mono. */
export class MarkDetector {
  #deafUntilMs = -Infinity;
  #loud = 0;
  #beganMs = 0;

  /**
   * @param at.beginsMs when the first sample is heard, by any clock
   * @param at.continues whether nothing is missing before `samples`: else they may begin within a mark
   * @returns when a mark began, by that clock; null where none is found
   */
  find(samples: Int16Array, at: { beginsMs: number; continues: boolean }): number | null {
    let found: number | null = null;
    if (!at.continues) this.#loud = WINDOWS_OF_A_MARK;
    for (let start = 0; start + WINDOW <= samples.length; start += WINDOW) {
      const isLoud = amplitudeOf(samples.subarray(start, start + WINDOW)) >= HEARD;
      if (!isLoud) {
        this.#loud = 0;
        continue;
      }
      if (this.#loud === 0) this.#beganMs = at.beginsMs + (1_000 * start) / RATE;
      this.#loud += 1;
      if (this.#loud !== WINDOWS_OF_A_MARK || this.#beganMs < this.#deafUntilMs) continue;
      this.#deafUntilMs = this.#beganMs + DEAF_MS;
      found = this.#beganMs;
    }
    return found;
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
