import { Decoder } from '@evan/opus';
import { describe, expect, it } from 'vitest';
import { packetSamples } from '#server/domain/opus.ts';
import { conceal, silence, type Filler } from '#server/recording/opusFiller.ts';
import { random } from '../domain/support/talker.ts';
import { sinePackets } from '#tests/recording/support/sound.ts';

const toc = (config: number, code = 0, stereo = 0) => (config << 3) | (stereo << 2) | code;

describe('the duration of an Opus packet', () => {
  it.each([
    { what: '10 ms of SILK', packet: [toc(0), 1], samples: 480 },
    { what: '60 ms of SILK', packet: [toc(11), 1], samples: 2_880 },
    { what: '10 ms of both', packet: [toc(12), 1], samples: 480 },
    { what: '20 ms of both', packet: [toc(15), 1], samples: 960 },
    { what: '2.5 ms of CELT', packet: [toc(16), 1], samples: 120 },
    { what: '20 ms of CELT', packet: [toc(31), 1], samples: 960 },
    { what: 'the TOC byte alone', packet: [toc(15)], samples: 960 },
    { what: 'two equal frames', packet: [toc(31, 1), 1, 2], samples: 1_920 },
    { what: 'two frames of their own lengths', packet: [toc(31, 2), 1, 7, 8, 9], samples: 1_920 },
    { what: 'six frames without bytes', packet: [toc(15, 3), 6], samples: 5_760 },
    { what: 'three frames with lengths', packet: [toc(31, 3), 0x83, 1, 0, 7, 8], samples: 2_880 },
    { what: 'padding', packet: [toc(31, 3), 0x41, 2, 7, 0, 0], samples: 960 },
  ])('[RO1] is read from the TOC byte: $what', ({ packet, samples }) => {
    expect(packetSamples(Uint8Array.from(packet))).toBe(samples);
  });

  it.each([
    { what: 'no byte at all', packet: [] },
    { what: 'two equal frames of uneven bytes', packet: [toc(31, 1), 1] },
    { what: 'a first frame longer than the packet', packet: [toc(31, 2), 9, 1] },
    { what: 'a length of which half is missing', packet: [toc(31, 2), 252] },
    { what: 'no frame count', packet: [toc(31, 3)] },
    { what: 'a count of no frames', packet: [toc(31, 3), 0] },
    { what: 'more than 120 ms', packet: [toc(31, 3), 7] },
    { what: 'padding longer than the packet', packet: [toc(31, 3), 0x41, 200, 1] },
    { what: 'three equal frames of four bytes', packet: [toc(31, 3), 3, 1, 2, 3, 4] },
    { what: 'a frame of 1,276 bytes', packet: [toc(31), ...Array<number>(1_276).fill(1)] },
  ])('[RO2] is null for what no decoder takes: $what', ({ packet }) => {
    expect(packetSamples(Uint8Array.from(packet))).toBeNull();
  });

  it('[RO3] is what a decoder makes of it, for 5,000 random packets', () => {
    const noise = random(1);
    const decoder = new Decoder({ channels: 2, sample_rate: 48_000 });
    const decoded = (packet: Uint8Array) => {
      try {
        return decoder.decode(packet).byteLength / 4;
      } catch {
        return null;
      }
    };
    const durations = Array.from({ length: 5_000 }, () => {
      const packet = Uint8Array.from({ length: 1 + Math.floor(noise() * 60) }, () => noise() * 256);
      return { said: packetSamples(packet), decoded: decoded(packet) };
    });
    expect(durations.filter((duration) => duration.said !== duration.decoded)).toEqual([]);
    expect(durations.filter(({ said }) => said !== null).length).toBeGreaterThan(1_000);
  });
});

describe('packets that fill a gap', () => {
  const GAPS = [120, 240, 360, 480, 840, 960, 5_760, 6_000, 48_120];

  it('[RO4] fill it exactly, 120 ms a packet at most, in every mode', () => {
    const fillers = [silence];
    for (let config = 0; config < 32; config++)
      fillers.push((gap) => conceal(toc(config, 1, 1), gap));
    for (const filler of fillers) {
      for (const gap of GAPS) {
        let left = gap;
        while (left > 0) {
          const { packet, samples } = filler(left);
          expect(packetSamples(packet)).toBe(samples);
          expect(samples).toBeLessThanOrEqual(5_760);
          left -= samples;
        }
        expect(left).toBe(0);
      }
    }
  });

  it('[RO5] decode to their length after sound; those of silence are silent', () => {
    const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
    const decode = (filler: Filler) => {
      const pcm = decoder.decode(filler.packet);
      expect(pcm.byteLength / 2).toBe(filler.samples);
      const samples = new Int16Array(pcm.buffer, pcm.byteOffset, filler.samples);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    };
    const [first] = sinePackets({ frequency: 440, packets: 20 }).map((packet) => {
      decoder.decode(packet);
      return packet[0] ?? 0;
    });
    expect(decode(conceal(first ?? 0, 960))).toBeGreaterThan(100);
    for (const gap of [2_880, 480, 240, 120]) decode(silence(gap));
    for (const gap of [5_760, 480, 240, 120]) expect(decode(silence(gap))).toBe(0);
  });
});
