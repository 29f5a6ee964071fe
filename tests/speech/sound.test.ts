import { describe, expect, it } from 'vitest';
import { level } from '#server/speech/levelling.ts';
import { Resampler } from '#server/speech/resampler.ts';
import { SoundPacker } from '#server/speech/soundPacker.ts';
import { readWav } from '#server/speech/wav.ts';
import { decibels, decode, extent, lufs, peakOf, powerAt, rms, sine } from './support/hearing.ts';

const SECOND = 48_000;

describe('bringing a sound to 48 kHz', () => {
  it.each([8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 47_999])(
    '[SY60] keeps its tones, its length and its place, and adds none: %d Hz',
    (rate) => {
      for (const frequency of [100, 1_000, 0.4 * rate]) {
        const tone = sine(frequency, 0.5, rate);
        const result = new Resampler(rate).run(tone);
        expect(Math.abs(result.length - 0.5 * SECOND)).toBeLessThan(5);
        const middle = result.subarray(4_800, 19_200);
        expect(Math.abs(decibels(rms(middle) / (0.5 * Math.SQRT1_2)))).toBeLessThan(0.3);
        const there = sine(frequency, 0.5, SECOND).subarray(4_800, 19_200);
        const error = middle.map((sample, at) => sample - (there[at] as number));
        expect(decibels(rms(error) / rms(middle))).toBeLessThan(-30);
        // The image of the tone above the original's band.
        if (rate - frequency > SECOND / 2) continue;
        const image = powerAt(middle, rate - frequency) / powerAt(middle, frequency);
        expect(10 * Math.log10(image)).toBeLessThan(-60);
      }
    },
  );

  it('[SY61] leaves one at 48 kHz as it is', () => {
    const tone = sine(440, 0.1, SECOND);
    expect(new Resampler(SECOND).run(tone)).toEqual(tone);
  });
});

describe('levelling', () => {
  it('[SY62] makes quiet and loud equally loud, with their pauses', () => {
    const loudness = [0.01, 0.1, 1].map((gain) => {
      const sound = new Float32Array(4 * SECOND);
      for (const at of [0, 1.5, 3]) sound.set(voiceLike(0.8, gain), at * SECOND);
      level(sound);
      return lufs(sound);
    });
    for (const one of loudness) expect(Math.abs(one + 20)).toBeLessThan(2);
    expect(Math.max(...loudness) - Math.min(...loudness)).toBeLessThan(0.1);
  });

  it('[SY63] turns down what would stick out, and little else', () => {
    const sound = voiceLike(2, 0.5);
    const calm = sound.slice();
    level(calm);
    for (const at of [0, 20_000, 20_300, 50_000, 95_999]) sound[at] = at % 2 ? -1 : 1;
    level(sound);
    expect(peakOf(sound)).toBeLessThan(10 ** (-3 / 20));
    const far = (samples: Float32Array) => rms(samples.subarray(60_000, 80_000));
    expect(Math.abs(decibels(far(sound) / far(calm)))).toBeLessThan(1);
  });

  it('[SY64] leaves silence as it is', () => {
    for (const length of [0, 1, SECOND]) {
      const silence = new Float32Array(length);
      level(silence);
      expect(silence.every((sample) => sample === 0)).toBe(true);
    }
  });
});

describe('packing', () => {
  it('[SY65] leaves out the silence around a sound, not within, and says how much', async () => {
    const sound = new Float32Array(5 * SECOND).map((_, at) => 1e-4 * Math.sin(at));
    sound.set(voiceLike(0.5, 0.3), SECOND);
    sound.set(voiceLike(0.5, 0.3), 3 * SECOND);
    const packed = new SoundPacker().pack(sound, SECOND);
    expect(Math.abs(packed.cutMs - 1_000)).toBeLessThan(40);
    expect(Math.abs(packed.packets.length * 20 - 2_500)).toBeLessThan(100);
    expect(extent(await decode(packed)).fromMs).toBeLessThan(50);
  });

  it('[SY66] refuses silence and what is longer than a minute', () => {
    const packer = new SoundPacker();
    expect(() => packer.pack(new Float32Array(SECOND), SECOND)).toThrow('nothing to say');
    expect(() => packer.pack(new Float32Array(0), 22_050)).toThrow('nothing to say');
    expect(() => packer.pack(new Float32Array(61 * 8_000), 8_000)).toThrow('too long');
    expect(packer.pack(sine(300, 0.2, 22_050), 22_050).packets.length).toBeGreaterThan(9);
  });
});

describe('a WAV file', () => {
  it('[SY67] is read whatever chunks come before the sound', () => {
    const file = wav({ extra: chunk('LIST', Buffer.from('odd')) });
    const { samples, rate } = readWav(file);
    expect(rate).toBe(16_000);
    expect([...samples]).toEqual([0.25, -0.5]);
    // From within a larger buffer too.
    const within = Buffer.concat([Buffer.alloc(7), file]).subarray(7);
    expect([...readWav(within).samples]).toEqual([0.25, -0.5]);
    const stereo = wav({ channels: 2, data: [16_384, 0, -32_768, 0] });
    expect([...readWav(stereo).samples]).toEqual([0.25, -0.5]);
  });

  it.each([
    ['no WAV file', Buffer.alloc(0)],
    ['no WAV file', Buffer.from('RIFX0000WAVE')],
    ['no WAV file', Buffer.from('OggS and so on, as long as one may wish it to be')],
    ['without its fmt chunk', wav({}).subarray(0, 12)],
    ['without its data chunk', wav({}).subarray(0, 36)],
    ['cut off', wav({}).subarray(0, 46)],
    ['cut off', wav({}).subarray(0, 30)],
    ['not PCM', wav({ format: 3 })],
    ['not PCM', wav({ bits: 8 })],
    ['of 0 channels', wav({ channels: 0 })],
    ['of 6 channels', wav({ channels: 6 })],
    ['at 0 Hz', wav({ rate: 0 })],
    ['at 96000 Hz', wav({ rate: 96_000 })],
    [
      'without its fmt chunk',
      Buffer.concat([wav({}).subarray(0, 12), chunk('LIST', Buffer.alloc(9))]),
    ],
  ])('[SY68] is refused when it is none, cut off or of another kind: %s', (reason, file) => {
    expect(() => readWav(file)).toThrow(reason);
  });

  it('[SY69] is refused or read, whatever bytes are changed in it', () => {
    const file = wav({ extra: chunk('LIST', Buffer.from('odd')) });
    for (let at = 0; at < file.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const other = Buffer.from(file);
        other[at] = value;
        try {
          expect(readWav(other).samples.length).toBeLessThan(10);
        } catch (error) {
          expect((error as Error).name).toBe('Refusal');
        }
      }
    }
  });
});

/** Harmonics of 120 Hz, swelling four times a second. */
function voiceLike(seconds: number, gain: number): Float32Array {
  return Float32Array.from({ length: seconds * SECOND }, (_, at) => {
    const angle = (2 * Math.PI * 120 * at) / SECOND;
    const swell = 0.6 - 0.4 * Math.cos((2 * Math.PI * 4 * at) / SECOND);
    const voice = [1, 2, 3, 5, 8, 13].reduce((sum, one) => sum + Math.sin(one * angle) / one, 0);
    return (gain * swell * voice) / 3;
  });
}

function chunk(name: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const padding = Buffer.alloc(content.length % 2);
  return Buffer.concat([Buffer.from(name), size, content, padding]);
}

function wav(about: {
  format?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  data?: readonly number[];
  extra?: Buffer;
}): Buffer {
  const { format = 1, channels = 1, rate = 16_000, bits = 16, data = [8_192, -16_384] } = about;
  const description = Buffer.alloc(16);
  description.writeUInt16LE(format, 0);
  description.writeUInt16LE(channels, 2);
  description.writeUInt32LE(rate, 4);
  description.writeUInt32LE((rate * channels * bits) / 8, 8);
  description.writeUInt16LE((channels * bits) / 8, 12);
  description.writeUInt16LE(bits, 14);
  const pcm = Buffer.from(Int16Array.from(data).buffer);
  const body = [chunk('fmt ', description), about.extra ?? Buffer.alloc(0), chunk('data', pcm)];
  return Buffer.concat([chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...body]))]);
}
