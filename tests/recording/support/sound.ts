import { Encoder } from '@evan/opus';
import { OpusDecoder } from 'opus-decoder';
import { random } from '../../domain/support/talker.ts';
import { FRAME_SAMPLES } from './frames.ts';

export { FRAME_MS, FRAME_SAMPLES } from './frames.ts';

/** Opus packets of 20 ms each with a sine from sample `from` of its endless run on. */
export function sinePackets(options: {
  frequency: number;
  packets: number;
  fromSample?: number;
  /** `voip`, as browsers use it, filters and so shifts the phase; `audio` does not. */
  application?: 'voip' | 'audio';
}): Uint8Array[] {
  const { application = 'voip' } = options;
  const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application });
  encoder.bitrate = 32_000;
  return Array.from({ length: options.packets }, (_, packet) => {
    const pcm = new Int16Array(FRAME_SAMPLES);
    for (let index = 0; index < FRAME_SAMPLES; index++) {
      const sample = (options.fromSample ?? 0) + packet * FRAME_SAMPLES + index;
      pcm[index] = 12_000 * Math.sin((2 * Math.PI * options.frequency * sample) / 48_000);
    }
    return Uint8Array.from(encoder.encode(pcm));
  });
}

/** Opus packets of 20 ms each with noise as broad as a voice, by a seed; in bursts if so wished. */
export function noisePackets(options: {
  seed: number;
  packets: number;
  bursts?: boolean;
}): Uint8Array[] {
  const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: 'audio' });
  encoder.bitrate = 48_000;
  const noise = random(options.seed + 1);
  let low = 0;
  return Array.from({ length: options.packets }, (_, packet) => {
    const loud = options.bursts && (packet + 7 * options.seed) % 40 < 12 ? 30_000 : 6_000;
    const pcm = Int16Array.from({ length: FRAME_SAMPLES }, () => {
      low += 0.3 * (noise() * 2 - 1 - low);
      return loud * low;
    });
    return Uint8Array.from(encoder.encode(pcm));
  });
}

/** The packets of an Ogg Opus file, told apart by their lacing (RFC 3533 section 6). */
export function oggPackets(file: Uint8Array): {
  packets: Uint8Array[];
  granules: number[];
  pages: Uint8Array[];
} {
  const bytes = Buffer.from(file);
  const packets: Uint8Array[] = [];
  const granules: number[] = [];
  const pages: Uint8Array[] = [];
  let part: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.toString('latin1', at, at + 4) !== 'OggS') throw new Error(`no page at ${at}`);
    const segments = bytes.readUInt8(at + 26);
    const lacing = bytes.subarray(at + 27, at + 27 + segments);
    granules.push(Number(bytes.readBigUInt64LE(at + 6)));
    let next = at + 27 + segments;
    for (const size of lacing) {
      part.push(bytes.subarray(next, next + size));
      next += size;
      if (size === 255) continue;
      packets.push(Buffer.concat(part));
      part = [];
    }
    pages.push(bytes.subarray(at, next));
    at = next;
  }
  return { packets, granules, pages };
}

/** Decodes an Ogg Opus file as a player does: pre-skip thrown away, the end trimmed. */
export async function decodeOgg(file: Uint8Array): Promise<Float32Array> {
  const { packets, granules } = oggPackets(file);
  const [head, , ...sound] = packets;
  const preSkip = Buffer.from(head as Uint8Array).readUInt16LE(10);
  const decoder = new OpusDecoder({ channels: 1 });
  await decoder.ready;
  const chunks = sound.map((packet) => {
    // Without bytes the decoder conceals what is missing; one zero-length frame asks for the same.
    const { channelData, errors } = decoder.decodeFrame(packet);
    if (errors.length > 0) throw new Error(errors[0]?.message);
    return channelData[0] as Float32Array;
  });
  decoder.free();
  const samples = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    samples.set(chunk, at);
    at += chunk.length;
  }
  return samples.subarray(preSkip, granules.at(-1));
}

/** How much of `frequency` a stretch holds: 0 to 1, 1 for a full-scale sine (Goertzel). */
export function strength(samples: Float32Array, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / 48_000);
  let last = 0;
  let before = 0;
  for (const sample of samples) {
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last * last + before * before - coefficient * last * before;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

/** The stretch of `samples` from `seconds` on that is `length` seconds long. */
export function at(samples: Float32Array, seconds: number, length = 0.5): Float32Array {
  return samples.subarray(Math.round(seconds * 48_000), Math.round((seconds + length) * 48_000));
}
