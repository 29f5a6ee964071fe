// Ogg pages (RFC 3533) of one Opus stream (RFC 7845).

/** CRC-32 with polynomial 0x04c11db7, neither reflected nor inverted (RFC 3533 section 6). */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++)
    crc = (crc & 0x80000000) !== 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});

export function oggCrc(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.byteLength; at++) {
    crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ (bytes[at] as number)] as number);
  }
  return crc >>> 0;
}

const FIRST_PAGE = 0x02;
const LAST_PAGE = 0x04;
const PAGE_HEADER_BYTES = 27;
const PAGE_MAX_LACING = 255;
const PAGE_MAX_BYTES = PAGE_HEADER_BYTES + PAGE_MAX_LACING + PAGE_MAX_LACING * 255;
/** Samples at 48 kHz; players want pages of at most a second (RFC 7845 section 6). */
const PAGE_MAX_SAMPLES = 48_000;

export interface OggOpusOptions {
  readonly serial: number;
  readonly channels: 1 | 2;
  /** Samples at 48 kHz that a player decodes and throws away first. */
  readonly preSkip: number;
  /** `NAME=value` each (RFC 7845 section 5.2). */
  readonly comments: readonly string[];
  /** Takes each page as it is done; the bytes hold until it returns. */
  readonly write: (page: Uint8Array) => void;
}

/** Writes an Ogg Opus file page by page. A packet never spans pages. */
export class OggOpusWriter {
  readonly #serial: number;
  readonly #write: (page: Uint8Array) => void;
  readonly #buffer = Buffer.alloc(PAGE_MAX_BYTES);
  #sequence = 0;
  #packets: Uint8Array[] = [];
  #lacing = 0;
  #pageSamples = 0;
  #samples = 0;

  constructor(options: OggOpusOptions) {
    this.#serial = options.serial;
    this.#write = options.write;
    this.#page([opusHead(options)], FIRST_PAGE, 0);
    this.#page([opusTags(options.comments)], 0, 0);
  }

  /** Samples written so far, those of the pre-skip among them. */
  get samples(): number {
    return this.#samples;
  }

  /** @param packet at most 64,770 bytes, what a page holds; kept until its page is written */
  packet(packet: Uint8Array, samples: number): void {
    const lacing = Math.floor(packet.byteLength / 255) + 1;
    const full = this.#lacing + lacing > PAGE_MAX_LACING;
    if (full || this.#pageSamples + samples > PAGE_MAX_SAMPLES) this.#flush(0, this.#samples);
    this.#packets.push(packet);
    this.#lacing += lacing;
    this.#pageSamples += samples;
    this.#samples += samples;
  }

  /**
   * Writes the last page. Samples past `granule` (pre-skip included) are cut off by the player
   * (RFC 7845 section 4.4).
   */
  end(granule: number): void {
    this.#flush(LAST_PAGE, Math.min(granule, this.#samples));
  }

  #flush(flags: number, granule: number): void {
    if (this.#packets.length === 0 && flags === 0) return;
    this.#page(this.#packets, flags, granule);
    this.#packets = [];
    this.#lacing = 0;
    this.#pageSamples = 0;
  }

  #page(packets: readonly Uint8Array[], flags: number, granule: number): void {
    let lacing = 0;
    let size = 0;
    for (const packet of packets) {
      lacing += Math.floor(packet.byteLength / 255) + 1;
      size += packet.byteLength;
    }
    const page = this.#buffer.subarray(0, PAGE_HEADER_BYTES + lacing + size);
    page.write('OggS', 0, 'latin1');
    page.writeUInt8(0, 4);
    page.writeUInt8(flags, 5);
    page.writeBigUInt64LE(BigInt(granule), 6);
    page.writeUInt32LE(this.#serial, 14);
    page.writeUInt32LE(this.#sequence++, 18);
    page.writeUInt8(lacing, 26);
    let at = PAGE_HEADER_BYTES;
    for (const packet of packets) {
      let left = packet.byteLength;
      for (; left >= 255; left -= 255) page[at++] = 255;
      page[at++] = left;
    }
    for (const packet of packets) {
      page.set(packet, at);
      at += packet.byteLength;
    }
    page.writeUInt32LE(0, 22);
    page.writeUInt32LE(oggCrc(page), 22);
    this.#write(page);
  }
}

/** RFC 7845 section 5.1: version 1, channel mapping family 0, no gain. */
export function opusHead({
  channels,
  preSkip,
}: Pick<OggOpusOptions, 'channels' | 'preSkip'>): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(48_000, 12);
  return head;
}

/** RFC 7845 section 5.2. */
function opusTags(comments: readonly string[]): Buffer {
  const strings = ['Cora', ...comments].map((text) => Buffer.from(text));
  const [vendor, ...rest] = strings.map((text) => Buffer.concat([u32(text.byteLength), text]));
  return Buffer.concat([Buffer.from('OpusTags'), vendor as Buffer, u32(rest.length), ...rest]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
