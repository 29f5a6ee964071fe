import { Decoder } from '@evan/opus';
import { MARK_EVERY_MS, MarkDetector } from './mark.ts';
import type { RtpPacket } from './rtpPacket.ts';

/** Decodes one stream and measures how old its marks are. */
export class Ear {
  readonly #decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  readonly #marks = new MarkDetector();
  readonly #heard: (delayMs: number) => void;
  readonly #zeroMs: number;
  #nextTimestamp = -1;

  /**
   * @param options.zeroMs when a mark was spoken: one is at every full second from there
   * @param options.heard told how long each was from a mouth to here, were it played as it comes
   */
  constructor({ zeroMs, heard }: { zeroMs: number; heard: (delayMs: number) => void }) {
    this.#zeroMs = zeroMs;
    this.#heard = heard;
  }

  take({ payload, timestamp }: RtpPacket, atMs: number): void {
    if (payload.length === 0) return;
    const bytes = this.#decoder.decode(payload);
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    const continues = timestamp === this.#nextTimestamp;
    this.#nextTimestamp = (timestamp + samples.length) >>> 0;
    const markMs = this.#marks.find(samples, { beginsMs: atMs, continues });
    if (markMs !== null) this.#heard((markMs - this.#zeroMs) % MARK_EVERY_MS);
  }
}
