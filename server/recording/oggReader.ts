import { closeSync, openSync, readSync } from 'node:fs';

const PAGE_HEADER_BYTES = 27;
const MAX_LACING = 255;
/** OpusHead and OpusTags. */
const HEADER_PACKETS = 2;

/** Reads the packets of an Ogg Opus file that OggOpusWriter wrote, in which none spans pages. */
export class OggOpusReader {
  readonly #file: number;
  readonly #header = Buffer.alloc(PAGE_HEADER_BYTES + MAX_LACING);
  #body = Buffer.alloc(0);
  #bodyStart = 0;
  #segment = 0;
  #segments = 0;
  #skip = HEADER_PACKETS;

  /** @throws Error when there is no such file */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** The next packet, which holds until the one after it is read; null at the end. */
  next(): Uint8Array | null {
    for (;;) {
      if (this.#segment === this.#segments && !this.#readPage()) return null;
      const packet = this.#packet();
      if (this.#skip === 0) return packet;
      this.#skip--;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #packet(): Uint8Array {
    const start = this.#bodyStart;
    while (this.#segment < this.#segments) {
      const size = this.#header[PAGE_HEADER_BYTES + this.#segment++] ?? 0;
      this.#bodyStart += size;
      if (size < 255) break;
    }
    return this.#body.subarray(start, this.#bodyStart);
  }

  #readPage(): boolean {
    do {
      if (!this.#fill(this.#header, PAGE_HEADER_BYTES)) return false;
      this.#segments = this.#header[PAGE_HEADER_BYTES - 1] ?? 0;
      const lacing = this.#header.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + this.#segments);
      if (!this.#fill(lacing, this.#segments)) return false;
      const size = lacing.reduce((sum, part) => sum + part, 0);
      if (this.#body.byteLength < size) this.#body = Buffer.allocUnsafeSlow(size);
      if (!this.#fill(this.#body, size)) return false;
      this.#bodyStart = 0;
      this.#segment = 0;
    } while (this.#segments === 0);
    return true;
  }

  #fill(target: Buffer, bytes: number): boolean {
    for (let at = 0; at < bytes;) {
      const read = readSync(this.#file, target, at, bytes - at, null);
      if (read === 0) return false;
      at += read;
    }
    return true;
  }
}
