import { Decoder } from '@evan/opus';
import { OggOpusReader } from './oggReader.ts';
import { ENCODER_DELAY, packetSamples } from '../domain/opus.ts';

const SAMPLE_RATE = 48_000;
/** 100 ms: for how long a decoder may make up what is missing. Beyond is silence. */
const LONGEST_CONCEALMENT = 4_800;
/** 5 ms, in which concealment fades out. */
const FADE = 240;
const FULL_SCALE = 32_768;
const NOTHING = new Int16Array(0);

/**
 * Decodes a speaker's file piece by piece, as one channel, for the mix. The samples that a player
 * skips are skipped here too, so that sample 0 is the recording's start.
 */
export class TrackDecoder {
  readonly #ogg: OggOpusReader;
  readonly #decoder = new Decoder({ channels: 1, sample_rate: SAMPLE_RATE });
  #decoded: Int16Array = NOTHING;
  #at = 0;
  /** Samples to come that are silent, after `#decoded`. */
  #silent = 0;
  /** Samples since the last packet with sound in it. */
  #missing = LONGEST_CONCEALMENT;
  #skip = ENCODER_DELAY;
  #ended = false;

  constructor(path: string) {
    this.#ogg = new OggOpusReader(path);
  }

  /**
   * Adds the next samples to `block`, 1 being full scale.
   * @returns the largest of them, without their sign
   */
  addTo(block: Float32Array): number {
    let peak = 0;
    for (let at = 0; at < block.length;) {
      if (this.#at < this.#decoded.length) {
        const count = Math.min(this.#decoded.length - this.#at, block.length - at);
        for (let index = 0; index < count; index++) {
          const sample = (this.#decoded[this.#at + index] as number) / FULL_SCALE;
          block[at + index] = (block[at + index] as number) + sample;
          if (sample > peak) peak = sample;
          else if (-sample > peak) peak = -sample;
        }
        this.#at += count;
        at += count;
      } else if (this.#silent > 0) {
        const count = Math.min(this.#silent, block.length - at);
        this.#silent -= count;
        at += count;
      } else if (this.#ended) return peak;
      else this.#next();
    }
    return peak;
  }

  close(): void {
    this.#ogg.close();
  }

  #next(): void {
    const packet = this.#ogg.next();
    if (packet === null) {
      this.#ended = true;
      return;
    }
    const samples = packetSamples(packet) ?? 0;
    const empty = isEmpty(packet);
    const before = empty ? this.#missing : 0;
    this.#missing = empty ? before + samples : 0;
    this.#decoded = before < LONGEST_CONCEALMENT ? this.#decode(packet) : NOTHING;
    if (empty) this.#fadeOut(before);
    // Whatever the decoder gave, the packet lasts as long as it says.
    if (this.#decoded.length > samples) this.#decoded = this.#decoded.subarray(0, samples);
    this.#silent = samples - this.#decoded.length;
    this.#at = Math.min(this.#skip, this.#decoded.length);
    this.#silent -= Math.min(this.#silent, this.#skip - this.#at);
    this.#skip -= Math.min(this.#skip, samples);
  }

  /** A packet that the decoder refuses costs that packet. */
  #decode(packet: Uint8Array): Int16Array {
    try {
      const bytes = this.#decoder.decode(packet);
      return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    } catch {
      return NOTHING;
    }
  }

  /** @param before samples that were concealed already */
  #fadeOut(before: number): void {
    const left = LONGEST_CONCEALMENT - before;
    const decoded = this.#decoded;
    const end = Math.min(left, decoded.length);
    for (let index = Math.max(0, left - FADE); index < end; index++) {
      decoded[index] = ((decoded[index] as number) * (left - index)) / FADE;
    }
    if (decoded.length > end) this.#decoded = decoded.subarray(0, Math.max(0, end));
  }
}

/** A CELT frame whose silence flag is set, as opusFiller.ts writes it. */
const SILENT_FRAME = [0xff, 0xfe] as const;

/** Whether the packet has no sound in it: frames without bytes, or those that say silence. */
function isEmpty(packet: Uint8Array): boolean {
  const code = (packet[0] ?? 0) & 3;
  const header = code === 3 ? 2 : 1;
  if (packet.byteLength <= header) return true;
  return (
    (packet.byteLength - header) % 2 === 0 &&
    packet.subarray(header).every((byte, index) => byte === SILENT_FRAME[(index % 2) as 0 | 1])
  );
}
