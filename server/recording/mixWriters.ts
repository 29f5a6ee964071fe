import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { Encoder } from '@evan/opus';
import { registerMp3Encoder } from '@mediabunny/mp3-encoder';
import {
  AudioSample,
  AudioSampleSource,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp3OutputFormat,
  Output,
  Quality,
  StreamTarget,
  WebMOutputFormat,
  type StreamTargetChunk,
} from 'mediabunny';
import { FILE_MODE } from './files.ts';
import { MIX_BITS_PER_SECOND } from './mixBitrates.ts';
import { ENCODER_DELAY } from '../domain/opus.ts';
import { opusHead } from './ogg.ts';

const SAMPLE_RATE = 48_000;
const OPUS_FRAME = 960;
/** By how much sound comes out later than it went in: 576 samples in LAME, 529 in any decoder. */
const MP3_DELAY = 1_105;
const READ_BYTES = 262_144;

registerMp3Encoder();

/** Takes a mono mix at 48 kHz, 16 bits, and makes a file of it. */
export interface MixWriter {
  /**
   * Samples to leave out at the start: neither muxer can say that a player shall skip them, so
   * the sound goes in early by what encoder and decoder add.
   */
  readonly delay: number;
  write(samples: Int16Array): Promise<void>;
  /** Resolves when the file is safe on disk. */
  finish(): Promise<{ sizeBytes: number; sha256: string }>;
  /** Closes without finishing, after an error. */
  abandon(): Promise<void>;
}

/** A new file that a muxer writes here and there. */
class MuxedFile {
  readonly #file: number;
  readonly target: StreamTarget;

  constructor(path: string) {
    this.#file = openSync(path, 'wx+', FILE_MODE);
    const write = ({ data, position }: StreamTargetChunk) => {
      for (let at = 0; at < data.byteLength;) {
        at += writeSync(this.#file, data, at, data.byteLength - at, position + at);
      }
    };
    this.target = new StreamTarget(new WritableStream({ write }), {
      chunked: true,
      chunkSize: READ_BYTES,
    });
  }

  finish(): { sizeBytes: number; sha256: string } {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let sizeBytes = 0;
    for (;;) {
      const read = readSync(this.#file, buffer, 0, buffer.byteLength, sizeBytes);
      if (read === 0) break;
      hash.update(buffer.subarray(0, read));
      sizeBytes += read;
    }
    fsyncSync(this.#file);
    closeSync(this.#file);
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  close(): void {
    try {
      closeSync(this.#file);
    } catch {
      // It was closed already.
    }
  }
}

/** Opus in WebM: encoded here, muxed by mediabunny. */
export async function openWebm(path: string): Promise<MixWriter> {
  const file = new MuxedFile(path);
  const source = new EncodedAudioPacketSource('opus');
  const output = new Output({ format: new WebMOutputFormat(), target: file.target });
  output.addAudioTrack(source);
  await output.start();
  const encoder = new Encoder({ channels: 1, sample_rate: SAMPLE_RATE, application: 'audio' });
  encoder.bitrate = MIX_BITS_PER_SECOND.webm;
  const description = opusHead({ channels: 1, preSkip: 0 });
  const decoderConfig = {
    codec: 'opus',
    numberOfChannels: 1,
    sampleRate: SAMPLE_RATE,
    description,
  };
  const frame = new Int16Array(OPUS_FRAME);
  let filled = 0;
  let frames = 0;
  const write = async (samples: Int16Array) => {
    for (let at = 0; at < samples.length;) {
      const piece = samples.subarray(at, at + OPUS_FRAME - filled);
      frame.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled < OPUS_FRAME) continue;
      filled = 0;
      const seconds = OPUS_FRAME / SAMPLE_RATE;
      const packet = new EncodedPacket(encoder.encode(frame), 'key', frames * seconds, seconds);
      await source.add(packet, frames++ === 0 ? { decoderConfig } : undefined);
    }
  };
  return {
    delay: ENCODER_DELAY,
    write,
    async finish() {
      if (filled > 0 || frames === 0) await write(new Int16Array(OPUS_FRAME - filled));
      await output.finalize();
      return file.finish();
    },
    async abandon() {
      await output.cancel().catch(() => {});
      file.close();
    },
  };
}

/** MP3: encoded by LAME in a thread of its own, which mediabunny keeps. */
export async function openMp3(path: string): Promise<MixWriter> {
  const file = new MuxedFile(path);
  const quality = new Quality({ bitrate: MIX_BITS_PER_SECOND.mp3, bitrateMode: 'constant' });
  const source = new AudioSampleSource({ codec: 'mp3', quality });
  const output = new Output({ format: new Mp3OutputFormat(), target: file.target });
  output.addAudioTrack(source);
  await output.start();
  let written = 0;
  return {
    delay: MP3_DELAY,
    async write(samples) {
      if (samples.length === 0) return;
      const sample = new AudioSample({
        data: samples,
        format: 's16',
        numberOfChannels: 1,
        sampleRate: SAMPLE_RATE,
        timestamp: written / SAMPLE_RATE,
      });
      written += samples.length;
      await source.add(sample);
      sample.close();
    },
    async finish() {
      await output.finalize();
      return file.finish();
    },
    async abandon() {
      await output.cancel().catch(() => {});
      file.close();
    },
  };
}
