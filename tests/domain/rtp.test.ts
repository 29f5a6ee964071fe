import { describe, expect, it } from 'vitest';
import { parseRtp } from '#server/domain/rtp.ts';
import { rtpPacket } from '#tests/recording/support/rtp.ts';

const PAYLOAD = Uint8Array.of(0x78, 1, 2, 3);

function plain(first: number, ...rest: number[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(first, 0);
  header.writeUInt16BE(65_535, 2);
  header.writeUInt32BE(4_000_000_000, 4);
  return Buffer.concat([header, Buffer.from(rest)]);
}

describe('an RTP packet', () => {
  it('[RR1] gives sequence number, timestamp and payload behind a header extension', () => {
    const packet = rtpPacket({ sequence: 7, timestamp: 4_294_967_295, payload: PAYLOAD });
    expect(parseRtp(packet)).toMatchObject({ sequence: 7, timestamp: 4_294_967_295 });
    expect([...(parseRtp(packet)?.payload ?? [])]).toEqual([...PAYLOAD]);
  });

  it.each([
    { what: 'a plain header', packet: plain(0x80, 9), payload: [9] },
    { what: 'two CSRCs', packet: plain(0x82, ...Array(8).fill(0), 9), payload: [9] },
    { what: 'padding', packet: plain(0xa0, 9, 0, 2), payload: [9] },
    { what: 'padding and nothing else', packet: plain(0xa0, 0, 2), payload: [] },
    { what: 'an empty extension', packet: plain(0x90, 0xbe, 0xde, 0, 0, 9), payload: [9] },
  ])('[RR2] reads past $what', ({ packet, payload }) => {
    expect([...(parseRtp(packet)?.payload ?? [99])]).toEqual(payload);
  });

  it.each([
    { what: 'nothing', packet: Buffer.alloc(0) },
    { what: 'eleven bytes', packet: plain(0x80).subarray(0, 11) },
    { what: 'another version', packet: plain(0x40, 9) },
    { what: 'CSRCs that are not there', packet: plain(0x8f, 1, 2, 3) },
    { what: 'an extension cut short', packet: plain(0x90, 0xbe, 0xde, 0) },
    { what: 'an extension longer than the packet', packet: plain(0x90, 0xbe, 0xde, 0xff, 0xff, 1) },
    { what: 'padding longer than the packet', packet: plain(0xa0, 1, 200) },
    { what: 'padding of no length', packet: plain(0xa0, 1, 0) },
  ])('[RR3] refuses $what', ({ packet }) => {
    expect(parseRtp(packet)).toBeNull();
  });
});
