import { Encoder } from '@evan/opus';
import { MARK_AMPLITUDE, MARK_EVERY_MS, MARK_HZ, MARK_MS } from './mark.ts';

const RATE = 48_000;
export const FRAME_MS = 20;
export const FRAME_SAMPLES = (RATE * FRAME_MS) / 1_000;
/** A voice repeats itself after so long: whole periods of the mark. */
const LOOP_MS = 5 * MARK_EVERY_MS;
const LOOP_SAMPLES = (RATE * LOOP_MS) / 1_000;
const BITRATE = 32_000;
/** What a voice is made of ends below the mark. */
const HIGHEST_HZ = 3_600;
const SYLLABLES_PER_SECOND = 4;
const LOUDNESS = 0.3;
/** dBov of digital silence (RFC 6464). */
export const SILENT = 127;

export interface Frame {
  readonly opus: Uint8Array;
  /** -dBov, 0 to 127. */
  readonly level: number;
}

/** Something like a voice, in Opus of 20 ms, with a mark at every full second; repeats itself. */
export class Voice {
  readonly #frames: readonly Frame[];

  /**
   * @param options.number another one sounds otherwise
   * @param options.delayMs how long after a full 20 ms of the clock its frames begin
   */
  constructor({ number, delayMs }: { number: number; delayMs: number }) {
    const encoder = new Encoder({ channels: 1, sample_rate: RATE, application: 'voip' });
    encoder.bitrate = BITRATE;
    encoder.complexity = 5;
    const pitchHz = 100 * 2 ** ((number % 12) / 12);
    const samples = speak(pitchHz, delayMs);
    this.#frames = Array.from({ length: LOOP_MS / FRAME_MS }, (_, index) => {
      const frame = samples.subarray(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES);
      return { opus: encoder.encode(frame).slice(), level: levelOf(frame) };
    });
  }

  frame(number: number): Frame {
    return this.#frames[number % this.#frames.length] as Frame;
  }

  /** What Opus sends for silence with DTX: the first byte of a frame alone. */
  get silence(): Frame {
    return { opus: this.frame(0).opus.subarray(0, 1), level: SILENT };
  }
}

function speak(pitchHz: number, delayMs: number): Int16Array {
  const samples = new Int16Array(LOOP_SAMPLES);
  const harmonics = Math.floor(HIGHEST_HZ / (1.2 * pitchHz));
  const marksAt = MARK_EVERY_MS - delayMs;
  let phase = 0;
  for (let index = 0; index < LOOP_SAMPLES; index += 1) {
    const seconds = index / RATE;
    phase += (2 * Math.PI * pitchHz * (1 + 0.15 * Math.sin(2 * Math.PI * 0.6 * seconds))) / RATE;
    const syllable = 0.2 + 0.8 * Math.sin(Math.PI * SYLLABLES_PER_SECOND * seconds) ** 2;
    let voice = 0;
    for (let harmonic = 1; harmonic <= harmonics; harmonic += 1) {
      voice += Math.sin(harmonic * phase) / harmonic;
    }
    const atMs = (seconds * 1_000 + MARK_EVERY_MS - marksAt) % MARK_EVERY_MS;
    const mark = atMs < MARK_MS ? Math.sin(2 * Math.PI * MARK_HZ * seconds) * MARK_AMPLITUDE : 0;
    samples[index] = Math.round(32_000 * (LOUDNESS * syllable * voice * 0.5 + mark));
  }
  return samples;
}

function levelOf(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length;
  return Math.min(SILENT, Math.max(0, Math.round(-10 * Math.log10(power || 1e-13))));
}
