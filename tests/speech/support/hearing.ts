import { OpusDecoder } from 'opus-decoder';
import { LoudnessMeter } from '#server/recording/loudness.ts';
import type { SpokenSound } from '#server/session/ports.ts';

export const SAMPLE_RATE = 48_000;
const BLOCK = SAMPLE_RATE / 100;
const PITCH_RATE = 16_000;
/** Frames in which pitch and timbre are looked for. */
const FRAME = 1_024;
const MEL_BANDS = 18;
const AUDIBLE = 10 ** (-45 / 20);

/** What an independent decoder makes of a sound: one channel at 48 kHz, full scale 1. */
export async function decode({ packets }: Pick<SpokenSound, 'packets'>): Promise<Float32Array> {
  const decoder = new OpusDecoder({ channels: 1 });
  await decoder.ready;
  const { channelData, errors } = decoder.decodeFrames([...packets]);
  decoder.free();
  if (errors.length > 0) throw new Error(errors[0]?.message);
  return channelData[0] as Float32Array;
}

export function peakOf(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** In dB of full scale. */
export function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}

/** Integrated loudness (ITU-R BS.1770-4). */
export function lufs(samples: Float32Array): number {
  const meter = new LoudnessMeter();
  for (let at = 0; at < samples.length; at += 4_800) {
    const block = new Float32Array(4_800);
    block.set(samples.subarray(at, at + 4_800));
    meter.push(block);
  }
  return meter.integrated;
}

/** When something is first heard, and last, in ms. */
export function extent(samples: Float32Array): { fromMs: number; untilMs: number } {
  const loud: number[] = [];
  for (let at = 0; at + BLOCK <= samples.length; at += BLOCK) {
    if (rms(samples.subarray(at, at + BLOCK)) > AUDIBLE) loud.push(at);
  }
  return {
    fromMs: ((loud[0] ?? NaN) * 1_000) / SAMPLE_RATE,
    untilMs: (((loud.at(-1) ?? NaN) + BLOCK) * 1_000) / SAMPLE_RATE,
  };
}

/** The median pitch of what is voiced, in Hz, by autocorrelation. */
export function pitchOf(samples: Float32Array): number {
  const step = SAMPLE_RATE / PITCH_RATE;
  const slow = Float32Array.from({ length: Math.floor(samples.length / step) }, (_, at) =>
    samples.subarray(at * step, (at + 1) * step).reduce((sum, sample) => sum + sample / step, 0),
  );
  const pitches: number[] = [];
  for (let at = 0; at + 2 * FRAME <= slow.length; at += FRAME) {
    const frame = slow.subarray(at, at + 2 * FRAME);
    if (rms(frame) < 0.03) continue;
    const pitch = pitchOfFrame(frame);
    if (pitch) pitches.push(pitch);
  }
  return pitches.toSorted((a, b) => a - b)[Math.floor(pitches.length / 2)] ?? NaN;
}

function pitchOfFrame(frame: Float32Array): number | null {
  let best = 0;
  let pitch: number | null = null;
  for (let lag = Math.round(PITCH_RATE / 400); lag < PITCH_RATE / 55; lag++) {
    let [product, here, there] = [0, 0, 0];
    for (let index = 0; index < FRAME; index++) {
      const a = frame[index] as number;
      const b = frame[index + lag] as number;
      product += a * b;
      here += a * a;
      there += b * b;
    }
    const likeness = product / Math.sqrt(here * there + 1e-12);
    // A multiple of the period is as like: the shortest of those that are.
    if (likeness <= best + 0.02 || likeness < 0.6) continue;
    best = likeness;
    pitch = PITCH_RATE / lag;
  }
  return pitch;
}

/** How the energy is spread over mel bands from 70 Hz to 8.6 kHz, in dB of the whole. */
export function timbreOf(samples: Float32Array): number[] {
  const edges = Array.from(
    { length: MEL_BANDS + 1 },
    (_, at) => 700 * (10 ** ((100 + (2_800 * at) / MEL_BANDS) / 2_595) - 1),
  );
  const bands = new Float64Array(MEL_BANDS);
  // Every fourth frame, and in each band a few frequencies: enough for an average.
  for (let at = 0; at + FRAME <= samples.length; at += 4 * FRAME) {
    const frame = samples.subarray(at, at + FRAME);
    for (let band = 0; band < MEL_BANDS; band++) {
      const [low, high] = [edges[band] as number, edges[band + 1] as number];
      for (let part = 0; part < 4; part++) {
        const frequency = low + ((part + 0.5) / 4) * (high - low);
        bands[band] = (bands[band] ?? 0) + powerAt(frame, frequency) * (high - low);
      }
    }
  }
  const whole = bands.reduce((sum, band) => sum + band, 0);
  return Array.from(bands, (band) => Math.max(-45, 10 * Math.log10(band / whole)));
}

/** Power at a frequency, through a Hann window. */
export function powerAt(
  frame: Float32Array,
  frequency: number,
  sampleRate: number = SAMPLE_RATE,
): number {
  let real = 0;
  let imaginary = 0;
  for (let index = 0; index < frame.length; index++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / frame.length);
    const angle = (2 * Math.PI * frequency * index) / sampleRate;
    real += (frame[index] as number) * window * Math.cos(angle);
    imaginary += (frame[index] as number) * window * Math.sin(angle);
  }
  return (4 * (real * real + imaginary * imaginary)) / frame.length ** 2;
}

export function sine(frequency: number, seconds: number, sampleRate: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, at) => 0.5 * Math.sin((2 * Math.PI * frequency * at) / sampleRate),
  );
}
