import { describe, expect, it } from 'vitest';
import {
  parseRtp,
  readAudioLevel,
  sequenceDistance,
  timestampDistance,
  writeRtp,
} from '#server/domain/rtp.ts';

const HEADER = { ssrc: 0xfedcba98, payloadType: 100 };
const PAYLOAD = Uint8Array.of(1, 2, 3);

/** A packet with a header extension of these words. */
function extended(profile: number, ...data: number[]): Buffer {
  const plain = writeRtp(PAYLOAD, { ...HEADER, sequence: 1, timestamp: 2, marker: false });
  plain[0] = 0x90;
  const head = Buffer.alloc(4);
  head.writeUInt16BE(profile, 0);
  head.writeUInt16BE(data.length / 4, 2);
  return Buffer.concat([plain.subarray(0, 12), head, Buffer.from(data), plain.subarray(12)]);
}

describe('an RTP packet that is written', () => {
  it('[KQ1] is read as it was meant, its numbers cut to 16 and 32 bits', () => {
    const numbers = { sequence: 65_536 + 7, timestamp: 2 ** 32 + 9, marker: true };
    const packet = writeRtp(PAYLOAD, { ...HEADER, ...numbers });
    expect(parseRtp(packet)).toMatchObject({ sequence: 7, timestamp: 9, marker: true });
    expect([...(parseRtp(packet)?.payload ?? [])]).toEqual([...PAYLOAD]);
    expect(packet.readUInt32BE(8)).toBe(HEADER.ssrc);
    expect((packet[1] as number) & 0x7f).toBe(HEADER.payloadType);
  });

  it('[KQ2] has numbers of which distances are told across a wrap', () => {
    expect(sequenceDistance(65_535, 1)).toBe(2);
    expect(sequenceDistance(1, 65_535)).toBe(-2);
    expect(timestampDistance(2 ** 32 - 960, 960)).toBe(1_920);
    expect(timestampDistance(960, 2 ** 32 - 960)).toBe(-1_920);
  });
});

describe('how loud a packet says that it is', () => {
  it.each([
    { what: 'a one-byte extension', packet: extended(0xbede, 0x50, 0x80 | 30, 0, 0) },
    {
      what: 'one behind another and padding',
      packet: extended(0xbede, 0x11, 9, 9, 0, 0x50, 30, 0, 0),
    },
    { what: 'a two-byte extension', packet: extended(0x1000, 5, 1, 30, 0) },
  ])('[KQ3] is read from $what', ({ packet }) => {
    expect(readAudioLevel(packet, 5)).toBe(-30);
    expect([...(parseRtp(packet)?.payload ?? [])]).toEqual([...PAYLOAD]);
  });

  it.each([
    {
      what: 'without an extension',
      packet: writeRtp(PAYLOAD, { ...HEADER, sequence: 1, timestamp: 2, marker: false }),
    },
    { what: 'with others', packet: extended(0xbede, 0x10, 9, 0, 0) },
    { what: 'with an unknown form', packet: extended(0x7777, 0x50, 30, 0, 0) },
    { what: 'where the rest is to be ignored', packet: extended(0xbede, 0xf0, 9, 0x50, 30) },
    { what: 'where its byte is not there', packet: extended(0xbede, 0, 0, 0, 0x50) },
    { what: 'of no length', packet: extended(0x1000, 5, 0, 0, 0) },
  ])('[KQ4] is not known $what', ({ packet }) => {
    expect(readAudioLevel(packet, 5)).toBeNull();
  });
});
