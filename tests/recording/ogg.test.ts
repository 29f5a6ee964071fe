import { describe, expect, it } from 'vitest';
import { OggOpusWriter } from '#server/recording/ogg.ts';
import { oggPackets } from './support/sound.ts';

/** The CRC of RFC 3533 section 6, bit by bit, with the page's own field as zero. */
function crcOf(page: Uint8Array): number {
  const bytes = Uint8Array.from(page);
  bytes.fill(0, 22, 26);
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

function write(packets: readonly { bytes: Uint8Array; samples: number }[], end: number) {
  const written: Uint8Array[] = [];
  const ogg = new OggOpusWriter({
    serial: 0xfedcba98,
    channels: 2,
    preSkip: 312,
    comments: ['ARTIST=Begoña 🎙'],
    write: (page) => written.push(Uint8Array.from(page)),
  });
  for (const { bytes, samples } of packets) ogg.packet(bytes, samples);
  ogg.end(end);
  return oggPackets(Buffer.concat(written));
}

const packet = (size: number, samples = 960) => ({ bytes: new Uint8Array(size).fill(7), samples });

describe('an Ogg Opus file', () => {
  it('[RG1] begins with an OpusHead and an OpusTags page (RFC 7845 section 5)', () => {
    const { packets, pages } = write([packet(10)], 960);
    const head = Buffer.from(packets[0] as Uint8Array);
    expect(head.toString('latin1', 0, 8)).toBe('OpusHead');
    expect([...head.subarray(8)]).toEqual([1, 2, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
    const tags = Buffer.from(packets[1] as Uint8Array);
    expect(tags.toString('latin1', 0, 8)).toBe('OpusTags');
    expect(tags.toString('utf8')).toContain('ARTIST=Begoña 🎙');
    expect(pages.map((page) => page[5])).toEqual([2, 0, 4]);
  });

  it('[RG2] numbers its pages, and each has the right CRC and serial', () => {
    const { pages } = write(Array(200).fill(packet(100)), 192_000);
    expect(pages.map((page) => Buffer.from(page).readUInt32LE(18))).toEqual([...pages.keys()]);
    for (const page of pages) {
      expect(Buffer.from(page).readUInt32LE(14)).toBe(0xfedcba98);
      expect(Buffer.from(page).readUInt32LE(22)).toBe(crcOf(page));
    }
  });

  it('[RG3] has pages of a second at most, and the last one is cut to the end', () => {
    const { granules } = write(Array(125).fill(packet(100)), 119_500);
    expect(granules).toEqual([0, 0, 48_000, 96_000, 119_500]);
  });

  it.each([0, 1, 254, 255, 256, 510, 1_275, 16_000])(
    '[RG4] carries packets of %i bytes',
    (size) => {
      const { packets } = write([packet(3), packet(size), packet(4)], 2_880);
      expect(packets.slice(2).map(({ byteLength }) => byteLength)).toEqual([3, size, 4]);
    },
  );

  it('[RG5] begins a new page rather than to break a packet', () => {
    const { packets, pages } = write(Array(60).fill(packet(1_275, 120)), 7_200);
    expect(packets).toHaveLength(62);
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) expect((page[5] ?? 0) & 1).toBe(0);
  });
});
