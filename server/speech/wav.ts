import { Refusal } from './questions.ts';

/** What a WAV file holds. */
export interface WavSound {
  /** One channel, full scale 1. */
  readonly samples: Float32Array;
  /** Samples a second. */
  readonly rate: number;
}

const RIFF_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FORMAT_BYTES = 16;
const PCM = 1;
const RATES = { lowest: 8_000, highest: 48_000 };
/** Sizes that a program writes which does not know yet how much will come: none, or more than fits. */
const UNKNOWN_SIZE = { none: 0, least: 0x7fff_0000 };

/**
 * Reads a WAV file: PCM of 16 bits, one or two channels, 8 to 48 kHz (RIFF; Microsoft's and IBM's
 * "Multimedia Programming Interface and Data Specifications 1.0").
 * @throws Refusal with what is wrong with it
 */
export function readWav(bytes: Uint8Array): WavSound {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(file, 0) !== 'RIFF' || tagAt(file, 8) !== 'WAVE') throw new Refusal('no WAV file');
  const format = chunkOf(file, 'fmt ');
  if (format.length < FORMAT_BYTES) throw new Refusal('a WAV file without its format');
  const channels = format.readUInt16LE(2);
  const rate = format.readUInt32LE(4);
  if (format.readUInt16LE(0) !== PCM || format.readUInt16LE(14) !== 16) {
    throw new Refusal('a WAV file that is not PCM of 16 bits');
  }
  if (channels !== 1 && channels !== 2) throw new Refusal(`a WAV file of ${channels} channels`);
  if (rate < RATES.lowest || rate > RATES.highest) throw new Refusal(`a WAV file at ${rate} Hz`);
  return { samples: toMono(chunkOf(file, 'data'), channels), rate };
}

function chunkOf(file: Buffer, name: string): Buffer {
  for (let at = RIFF_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    const begin = at + CHUNK_HEADER_BYTES;
    const size = file.readUInt32LE(at + 4);
    const isOpen = size === UNKNOWN_SIZE.none || size >= UNKNOWN_SIZE.least;
    const end = name === 'data' && isOpen ? file.length : begin + size;
    if (tagAt(file, at) === name) {
      if (end > file.length) throw new Refusal('a WAV file that is cut off');
      return file.subarray(begin, end);
    }
    // Chunks begin at even places.
    at = begin + size + (size % 2);
  }
  throw new Refusal(`a WAV file without its ${name.trim()} chunk`);
}

function toMono(data: Buffer, channels: 1 | 2): Float32Array {
  const samples = new Float32Array(Math.floor(data.length / (2 * channels)));
  for (let index = 0; index < samples.length; index++) {
    const at = index * 2 * channels;
    const left = data.readInt16LE(at);
    const right = channels === 2 ? data.readInt16LE(at + 2) : left;
    samples[index] = (left + right) / 65_536;
  }
  return samples;
}

function tagAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, at + 4);
}
