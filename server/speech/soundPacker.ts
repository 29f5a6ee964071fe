import { Encoder } from '@evan/opus';
import { level, powerOf } from './levelling.ts';
import { Refusal } from './questions.ts';
import { Resampler, SAMPLE_RATE } from './resampler.ts';

const PACKET = SAMPLE_RATE / 50;
const BITS_PER_SECOND = 32_000;
/** Of 0 to 10: what more would cost is not heard at this rate. */
const COMPLEXITY = 3;
/** Longer than any phrase that is still listened to. */
export const LONGEST_SECONDS = 60;
/** In which sound is told from silence. */
const BLOCK = SAMPLE_RATE / 200;
/** What is so much below the loudest block is silence. */
const SILENCE_DB = 45;
/** Blocks kept of it: a soft beginning, and what rings on (which also covers what Opus holds back). */
const KEPT = { before: 4, after: 8 };

export interface PackedSound {
  /** Opus, 20 ms each, 48 kHz, mono (RFC 6716). */
  readonly packets: readonly Uint8Array[];
  /** How much silence was left out at its beginning. */
  readonly cutMs: number;
}

/** Makes a voice's sound fit to be sent: 48 kHz, as loud as all voices, without silence around it. */
export class SoundPacker {
  #resampler = new Resampler(SAMPLE_RATE);

  /**
   * @param samples one channel, full scale 1
   * @param rate samples a second, at most 48,000
   * @throws Refusal when nothing is to be heard, or for more than LONGEST_SECONDS
   */
  pack(samples: Float32Array, rate: number): PackedSound {
    if (samples.length > LONGEST_SECONDS * rate) throw new Refusal('it takes too long to say');
    if (this.#resampler.rate !== rate) this.#resampler = new Resampler(rate);
    const sound = this.#resampler.run(samples);
    const [begin, end] = extentOf(sound);
    if (begin === end) throw new Refusal('there is nothing to say');
    const heard = sound.slice(begin, end);
    level(heard);
    return { packets: encode(heard), cutMs: (1_000 * begin) / SAMPLE_RATE };
  }
}

function extentOf(sound: Float32Array): [begin: number, end: number] {
  const count = Math.ceil(sound.length / BLOCK);
  const powers = Array.from({ length: count }, (_, at) =>
    powerOf(sound.subarray(at * BLOCK, (at + 1) * BLOCK)),
  );
  const floor = powers.reduce((most, power) => Math.max(most, power), 0) / 10 ** (SILENCE_DB / 10);
  const isHeard = (power: number) => power > floor;
  const first = powers.findIndex(isHeard);
  if (first < 0) return [0, 0];
  const last = powers.findLastIndex(isHeard);
  return [
    Math.max(0, first - KEPT.before) * BLOCK,
    Math.min(sound.length, (last + 1 + KEPT.after) * BLOCK),
  ];
}

function encode(sound: Float32Array): Uint8Array[] {
  const encoder = new Encoder({ channels: 1, sample_rate: SAMPLE_RATE, application: 'voip' });
  encoder.bitrate = BITS_PER_SECOND;
  encoder.complexity = COMPLEXITY;
  encoder.signal = 'voice';
  return Array.from({ length: Math.ceil(sound.length / PACKET) }, (_, at) => {
    // What the last packet has left is silence.
    const pcm = new Int16Array(PACKET);
    const length = Math.min(PACKET, sound.length - at * PACKET);
    for (let index = 0; index < length; index++) {
      pcm[index] = Math.round((sound[at * PACKET + index] as number) * 32_767);
    }
    return Uint8Array.from(encoder.encode(pcm));
  });
}
