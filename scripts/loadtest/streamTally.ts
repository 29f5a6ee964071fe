import type { RtpPacket } from './rtpPacket.ts';

/** Samples of RTP's clock in a millisecond. */
const SAMPLES_PER_MS = 48;

/** What came of one stream: how much is missing, and how unevenly it came. */
export class StreamTally {
  #first = -1;
  #highest = -1;
  #received = 0;
  #jitterMs = 0;
  #lastTransitMs: number | null = null;
  #lastTimestamp = 0;

  /** @param atMs when it came, by a monotonic clock */
  take({ sequence, timestamp }: RtpPacket, atMs: number): void {
    const extended = this.#extend(sequence);
    this.#received += 1;
    if (extended < this.#highest) return;
    const stepMs = ((timestamp - this.#lastTimestamp) | 0) / SAMPLES_PER_MS;
    if (this.#lastTransitMs !== null) {
      // RFC 3550 section 6.4.1.
      const difference = Math.abs(atMs - this.#lastTransitMs - stepMs);
      this.#jitterMs += (difference - this.#jitterMs) / 16;
    }
    this.#lastTransitMs = atMs;
    this.#lastTimestamp = timestamp;
    this.#highest = extended;
  }

  get received(): number {
    return this.#received;
  }

  /** How many should have come: the last number less the first, and that one. */
  get expected(): number {
    return this.#first < 0 ? 0 : this.#highest - this.#first + 1;
  }

  get lost(): number {
    return Math.max(0, this.expected - this.#received);
  }

  get jitterMs(): number {
    return this.#jitterMs;
  }

  /** Sequence numbers wrap at 2 ** 16. */
  #extend(sequence: number): number {
    if (this.#first < 0) {
      this.#first = sequence;
      this.#highest = sequence;
      return sequence;
    }
    const step = ((sequence - this.#highest) << 16) >> 16;
    return this.#highest + step;
  }
}
