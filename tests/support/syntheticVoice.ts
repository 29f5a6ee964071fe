import { Encoder } from '@evan/opus';
import { random } from '#tests/domain/support/talker.ts';

export const RATE = 48_000;
export const FRAME = 960;
/** Samples after which pitch and formants are looked at again. */
const BLOCK = 96;
const SYLLABLES_PER_SECOND = 4;
const HARMONICS = 20;
const FORMANTS_HZ = [500, 1_500, 2_500];

/** Something like a voice, full scale 1: a gliding pitch with formants, in syllables, with a breath of noise. */
export function syntheticVoice(options: {
  pitchHz: number;
  seconds: number;
  /** Between -60 and 0. */
  gainDb?: number;
  seed?: number;
}): Float32Array {
  const { pitchHz, seconds, gainDb = -12, seed = pitchHz } = options;
  const noise = random(seed);
  const gain = 10 ** (gainDb / 20);
  const strengths = new Float64Array(HARMONICS);
  let [phase, hz] = [0, pitchHz];
  return Float32Array.from({ length: Math.round(seconds * RATE) }, (_, at) => {
    const time = at / RATE;
    if (at % BLOCK === 0) {
      hz = pitchHz * (1 + 0.08 * Math.sin(2 * Math.PI * 0.7 * time + seed));
      for (const harmonic of strengths.keys()) strengths[harmonic] = strengthOf(harmonic + 1, hz);
    }
    phase += (2 * Math.PI * hz) / RATE;
    let sum = 0;
    for (let at = 0; at < HARMONICS; at += 1) sum += strengths[at]! * Math.sin((at + 1) * phase);
    const syllable = Math.sin(Math.PI * SYLLABLES_PER_SECOND * time + seed) ** 2;
    return gain * ((0.1 + 0.9 * syllable) * 0.5 * sum + 0.002 * (noise() - 0.5));
  });
}

function strengthOf(harmonic: number, hz: number): number {
  const near = FORMANTS_HZ.map((formant) => 1 / (1 + ((harmonic * hz - formant) / 150) ** 2));
  return 0.1 / harmonic + 0.4 * Math.max(...near);
}

/** Opus packets of 20 ms each, as a browser makes them of speech. */
export function encodeVoice(sound: Float32Array, bitrate = 32_000): Uint8Array[] {
  const encoder = new Encoder({ channels: 1, sample_rate: RATE, application: 'voip' });
  encoder.bitrate = bitrate;
  return Array.from({ length: Math.floor(sound.length / FRAME) }, (_, packet) => {
    const pcm = Int16Array.from(
      sound.subarray(packet * FRAME, (packet + 1) * FRAME),
      (sample) => 32_767 * Math.max(-1, Math.min(1, sample)),
    );
    return Uint8Array.from(encoder.encode(pcm));
  });
}
