import { Decoder } from '@evan/opus';
import { describe, expect, it } from 'vitest';
import { packetSamples, soundBytes } from '#server/domain/opus.ts';
import { isJoinable, isSilent, joinFrames, SILENCE_20_MS } from '#server/domain/opusFrames.ts';
import { encodeVoice, syntheticVoice } from '#tests/support/syntheticVoice.ts';

const toc = (config: number, code = 0) => (config << 3) | code;
const packet = (first: number, bytes: number) =>
  Uint8Array.of(first, ...Array.from({ length: bytes }, (_, at) => at));

function decode(packets: readonly Uint8Array[]): Int16Array {
  const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  const sounds = packets.map((one) => Buffer.from(decoder.decode(one)));
  const all = Buffer.concat(sounds);
  return new Int16Array(all.buffer, all.byteOffset, all.byteLength / 2);
}

/** The packets in groups of `count` with one TOC byte, joined. */
function joined(packets: readonly Uint8Array[], count: number): Uint8Array[] {
  const groups: [Uint8Array, ...Uint8Array[]][] = [];
  for (const one of packets) {
    const last = groups.at(-1);
    if (last && last.length < count && last[0][0] === one[0]) last.push(one);
    else groups.push([one]);
  }
  return groups.map(joinFrames);
}

describe('Opus packets joined to one', () => {
  it.each([
    { what: 'two of equal size are code 1', sizes: [5, 5], head: [toc(15, 1)] },
    { what: 'two others code 2', sizes: [5, 9], head: [toc(15, 2), 5] },
    {
      what: 'a long first one has two bytes of length',
      sizes: [300, 9],
      head: [toc(15, 2), 252, 12],
    },
    { what: 'three of equal size code 3', sizes: [5, 5, 5], head: [toc(15, 3), 3] },
    {
      what: 'three others code 3 with lengths',
      sizes: [5, 9, 251],
      head: [toc(15, 3), 0x83, 5, 9],
    },
  ])('[KF1] are framed as RFC 6716 has it: $what', ({ sizes, head }) => {
    const [first, ...others] = sizes.map((size) => packet(toc(15), size));
    const one = joinFrames([first as Uint8Array, ...others]);
    const frames = sizes.flatMap((size) => Array.from({ length: size }, (_, at) => at & 0xff));
    expect([...one]).toEqual([...head, ...frames]);
    expect(packetSamples(one)).toBe(960 * sizes.length);
  });

  it.each([
    { frames: 2, bitrate: 12_000 },
    { frames: 2, bitrate: 32_000 },
    { frames: 3, bitrate: 20_000 },
    { frames: 3, bitrate: 32_000 },
  ])('[KF2] sound the same to the sample: $frames at $bitrate bit/s', ({ frames, bitrate }) => {
    const packets = encodeVoice(syntheticVoice({ pitchHz: 140, seconds: 3 }), bitrate);
    const fewer = joined(packets, frames);
    expect(fewer.length).toBeLessThan(packets.length / frames + 12);
    expect(Buffer.compare(Buffer.from(decode(fewer)), Buffer.from(decode(packets)))).toBe(0);
  });

  it('[KF3] are those of one frame of 20 ms at most that say something', () => {
    expect(isJoinable(packet(toc(15), 40))).toBe(true);
    expect(isJoinable(packet(toc(14), 40))).toBe(true);
    const others = [packet(toc(15), 0), packet(toc(15), 1), packet(toc(11), 40)];
    for (const other of [...others, packet(toc(15, 1), 40), new Uint8Array()]) {
      expect(isJoinable(other)).toBe(false);
    }
    expect(isSilent(packet(toc(15), 1))).toBe(true);
  });

  it('[KF4] fall silent with the packet of silence, whatever was before it', () => {
    for (const bitrate of [12_000, 20_000, 32_000]) {
      const packets = encodeVoice(syntheticVoice({ pitchHz: 140, seconds: 1 }), bitrate);
      const sound = decode([...packets, SILENCE_20_MS, SILENCE_20_MS]).slice(-960);
      expect(sound.every((sample) => Math.abs(sample) <= 1)).toBe(true);
    }
  });

  it('[KF5] are no more bytes of sound with padding than without', () => {
    expect(soundBytes(packet(toc(15), 40))).toBe(40);
    expect(soundBytes(Uint8Array.of(toc(31, 3), 0x41, 2, 7, 0, 0))).toBe(1);
    const long = Uint8Array.of(toc(31, 3), 0x41, 255, 1, ...Array<number>(3 + 255).fill(7));
    expect(soundBytes(long)).toBe(3);
  });
});
