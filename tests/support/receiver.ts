import { Decoder } from '@evan/opus';
import { LONGEST_PACKET, packetSamples } from '#server/domain/opus.ts';
import { parseRtp, sequenceDistance, timestampDistance } from '#server/domain/rtp.ts';
import { conceal, SHORTEST_FRAME } from '#server/recording/opusFiller.ts';

const FRAME = 960;

interface Received {
  readonly sequence: number;
  /** From the first, in samples. */
  readonly at: number;
  readonly payload: Uint8Array;
}

/** What hears an RTP stream as a player does: in order, each packet at its time, what is missing concealed. */
export class Receiver {
  readonly packets: {
    sequence: number;
    timestamp: number;
    marker: boolean;
    payload: Uint8Array;
  }[] = [];

  take(packet: Uint8Array): void {
    const rtp = parseRtp(packet);
    if (rtp) this.packets.push({ ...rtp, payload: Uint8Array.from(rtp.payload) });
  }

  /** Full scale 1; `concealed` counts the samples that were not in any packet. */
  decode(): { samples: Float32Array; concealed: number } {
    const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
    const parts: Int16Array[] = [];
    let [played, concealed, toc] = [0, 0, 0];
    const play = (packet: Uint8Array) => {
      const bytes = decoder.decode(packet);
      const part = new Int16Array(bytes.byteLength / 2);
      Buffer.from(part.buffer).set(bytes);
      parts.push(part);
      played += part.length;
    };
    for (const { at, payload } of this.#inOrder()) {
      if (at < played) continue;
      // What is shorter than any frame waits until there is more of it.
      while (at - played >= SHORTEST_FRAME) {
        const { packet, samples } = conceal(toc, Math.min(at - played, LONGEST_PACKET));
        play(packet);
        concealed += samples;
      }
      play(payload);
      toc = payload[0] as number;
    }
    const samples = new Float32Array(played);
    let next = 0;
    for (const part of parts) {
      for (const sample of part) samples[next++] = sample / 32_768;
    }
    return { samples, concealed };
  }

  #inOrder(): Received[] {
    const [first] = this.packets;
    if (!first) return [];
    return this.packets
      .map(({ sequence, timestamp, payload }) => ({
        sequence: sequenceDistance(first.sequence, sequence),
        at: timestampDistance(first.timestamp, timestamp),
        payload,
      }))
      .filter(({ at, payload }) => at >= 0 && packetSamples(payload) !== null)
      .sort((one, other) => one.sequence - other.sequence);
  }
}

/** Opus packets as sound, full scale 1. */
export function decode(packets: readonly Uint8Array[]): Float32Array {
  const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  const bytes = Buffer.concat(packets.map((packet) => Buffer.from(decoder.decode(packet))));
  const samples = new Int16Array(bytes.length / 2);
  Buffer.from(samples.buffer).set(bytes);
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

/** How alike two sounds are, 0 to 1, where the first may begin up to `frames` packets of 20 ms later or sooner. */
export function likeness(sound: Float32Array, other: Float32Array, frames = 0): number {
  let best = 0;
  for (let shift = -frames * FRAME; shift <= frames * FRAME; shift += FRAME) {
    let [product, energy, otherEnergy] = [0, 0, 0];
    const length = Math.min(sound.length, other.length - shift);
    for (let at = Math.max(0, -shift); at < length; at += 1) {
      const [a, b] = [sound[at]!, other[at + shift]!];
      product += a * b;
      energy += a * a;
      otherEnergy += b * b;
    }
    best = Math.max(best, product / Math.sqrt(Math.max(1e-12, energy * otherEnergy)));
  }
  return best;
}

/** The largest step from one sample to the next. */
export function largestStep(sound: Float32Array): number {
  let largest = 0;
  for (let at = 1; at < sound.length; at += 1) {
    largest = Math.max(largest, Math.abs(sound[at]! - sound[at - 1]!));
  }
  return largest;
}
