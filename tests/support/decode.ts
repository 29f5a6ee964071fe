import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { shareOf } from './spectrum.ts';

const run = promisify(execFile);
export const SAMPLE_RATE = 48_000;

/** A sound file as an independent decoder hears it. */
export class DecodedSound {
  readonly samples: Float32Array;

  /** Decodes with ffmpeg, to one channel at 48 kHz. */
  static async of(file: string): Promise<DecodedSound> {
    const args = [
      '-v',
      'error',
      '-i',
      file,
      '-f',
      'f32le',
      '-ac',
      '1',
      '-ar',
      `${SAMPLE_RATE}`,
      '-',
    ];
    const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 30 });
    return new DecodedSound(new Float32Array(new Uint8Array(stdout).buffer));
  }

  constructor(samples: Float32Array) {
    this.samples = samples;
  }

  get seconds(): number {
    return this.samples.length / SAMPLE_RATE;
  }

  /** Share of the energy at `frequencyHz` between two times in seconds. */
  shareBetween(startSeconds: number, endSeconds: number, frequencyHz: number): number {
    return shareOf(this.#between(startSeconds, endSeconds), frequencyHz, SAMPLE_RATE);
  }

  /** Root mean square between two times in seconds, full scale 1. */
  loudnessBetween(startSeconds: number, endSeconds: number): number {
    const part = this.#between(startSeconds, endSeconds);
    return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length);
  }

  #between(startSeconds: number, endSeconds: number): Float32Array {
    return this.samples.subarray(startSeconds * SAMPLE_RATE, endSeconds * SAMPLE_RATE);
  }
}

const WINDOW_SECONDS = 0.02;

/** The first second at which `frequencyHz` is most of what is heard; Infinity when it never is. */
export function onsetOf(sound: DecodedSound, frequencyHz: number): number {
  for (let at = 0; at + WINDOW_SECONDS <= sound.seconds; at += WINDOW_SECONDS) {
    if (sound.shareBetween(at, at + WINDOW_SECONDS, frequencyHz) > 0.5) return at;
  }
  return Infinity;
}
