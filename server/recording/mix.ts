import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Manifest, Peaks, RecordingFile } from '#protocol';
import { FOLDER_MODE, syncFolderSync, writeHashed } from './files.ts';
import { Limiter } from './limiter.ts';
import { LoudnessMeter } from './loudness.ts';
import { openMp3, openWebm, type MixWriter } from './mixWriters.ts';
import type { Progress } from './progress.ts';
import type { WrittenSpeaker } from './speakerFiles.ts';
import { SumSpool } from './sumSpool.ts';
import { TrackDecoder } from './trackDecoder.ts';

export const PEAKS = 'peaks';
export const MIX_MP3 = 'mix.mp3';
export const MIX_WEBM = 'mix.webm';
const SPOOL = 'mix.spool';

/** 100 ms at 48 kHz: the grain of loudness and of the peaks. */
const BLOCK = 4_800;
const BLOCK_SECONDS = 0.1;
const MAX_PEAKS = 36_000;
/** How many blocks go to the encoders at once. */
const BATCH_BLOCKS = 10;
const LOUDNESS_LUFS = -16;
/** Nobody is made louder than that, lest a room's noise become a waterfall. */
const MOST_GAIN_DB = 30;
/** So far below full scale that encoding does not reach -1 dBTP. */
const CEILING_DB = -3;

const fromDb = (decibels: number): number => 10 ** (decibels / 20);

interface Work {
  readonly speakers: readonly WrittenSpeaker[];
  /** The recording's length at 48 kHz. */
  readonly samples: number;
  /** Bytes of the disk that what is kept between the passes leaves free. */
  readonly keepFreeBytes: number;
  readonly progress: Progress;
}

/**
 * Everyone in one file, as MP3 and as WebM, and the peaks of each speaker, in their order. Two passes:
 * for the loudness, then for the sound. The speakers' files are read side by side, for the second
 * pass again only where the disk has no room for their sum.
 */
export async function mixSpeakers(
  folder: string,
  work: Work,
): Promise<{ mix: Manifest['mix']; peaks: RecordingFile[] }> {
  if (work.speakers.length === 0) return { mix: null, peaks: [] };
  mkdirSync(join(folder, PEAKS), { mode: FOLDER_MODE });
  const spool = SumSpool.open(join(folder, SPOOL), { ...work, block: BLOCK });
  try {
    const { gain, peaks } = measure(folder, work, spool);
    const sums = spool?.blocks() ?? sumsOf(blocks(folder, work));
    return { mix: await render(folder, { ...work, gain, sums }), peaks };
  } finally {
    spool?.close();
  }
}

/** The first pass. */
function measure(
  folder: string,
  work: Work,
  spool: SumSpool | null,
): { gain: number; peaks: RecordingFile[] } {
  const meter = new LoudnessMeter();
  const done = work.progress.pass('measure', work.samples);
  const blocksPerPeak = Math.max(1, Math.ceil(work.samples / BLOCK / MAX_PEAKS));
  const peaks = work.speakers.map(() => [] as number[]);
  let block = 0;
  for (const { sum, loudest } of blocks(folder, work)) {
    meter.push(sum);
    spool?.push(sum);
    for (const [speaker, peak] of loudest.entries()) {
      const list = peaks[speaker] as number[];
      const at = Math.floor(block / blocksPerPeak);
      list[at] = Math.max(list[at] ?? 0, Math.min(255, Math.round(peak * 255)));
    }
    block++;
    done(sum.length);
  }
  const files = work.speakers.map(({ file }, speaker) => {
    const path = `${PEAKS}/${basename(file.path, '.ogg')}.json`;
    const stepSeconds = Math.round(blocksPerPeak * BLOCK_SECONDS * 10) / 10;
    const content = { version: 1, stepSeconds, peaks: peaks[speaker] as number[] } satisfies Peaks;
    const written = writeHashed(join(folder, path), JSON.stringify(content));
    return { path, mimeType: 'application/json', ...written };
  });
  syncFolderSync(join(folder, PEAKS));
  const { integrated } = meter;
  const wanted = integrated === -Infinity ? 0 : LOUDNESS_LUFS - integrated;
  return { gain: fromDb(Math.min(wanted, MOST_GAIN_DB)), peaks: files };
}

/** The second pass. */
async function render(
  folder: string,
  work: Work & { readonly gain: number; readonly sums: Iterable<Float32Array> },
): Promise<Manifest['mix']> {
  const writers: Trimmed[] = [];
  try {
    writers.push(new Trimmed(await openMp3(join(folder, MIX_MP3))));
    writers.push(new Trimmed(await openWebm(join(folder, MIX_WEBM))));
    const limiter = new Limiter(fromDb(CEILING_DB));
    const done = work.progress.pass('mix', work.samples);
    const limited = function* (): Generator<Float32Array> {
      for (const sum of work.sums) {
        for (let index = 0; index < sum.length; index++) {
          sum[index] = (sum[index] as number) * work.gain;
        }
        limiter.run(sum);
        yield sum;
        done(sum.length);
      }
      // What still is in the limiter and in the encoders.
      const rest = new Float32Array(BLOCK);
      limiter.run(rest);
      yield rest;
    };
    for (const batch of batches(limited())) {
      for (const writer of writers) await writer.write(batch);
    }
    const [mp3, webm] = await Promise.all(writers.map((writer) => writer.finish()));
    return {
      mp3: { path: MIX_MP3, mimeType: 'audio/mpeg', ...(mp3 as Written) },
      webm: { path: MIX_WEBM, mimeType: 'audio/webm', ...(webm as Written) },
    };
  } catch (error) {
    for (const writer of writers) await writer.abandon();
    throw error;
  }
}

type Written = Awaited<ReturnType<MixWriter['finish']>>;

/** Leaves out what the limiter and the format would put before the start. */
class Trimmed {
  readonly #writer: MixWriter;
  #skip: number;

  constructor(writer: MixWriter) {
    this.#writer = writer;
    this.#skip = writer.delay + Limiter.delay;
  }

  async write(samples: Int16Array): Promise<void> {
    const skipped = Math.min(this.#skip, samples.length);
    this.#skip -= skipped;
    await this.#writer.write(samples.slice(skipped));
  }

  finish(): Promise<Written> {
    return this.#writer.finish();
  }

  abandon(): Promise<void> {
    return this.#writer.abandon();
  }
}

/** The recording in blocks: the sum, which the taker may change, and each speaker's peak in it. */
function* blocks(
  folder: string,
  { speakers, samples }: Work,
): Generator<{ sum: Float32Array; loudest: number[] }> {
  const decoders: TrackDecoder[] = [];
  try {
    for (const { file } of speakers) decoders.push(new TrackDecoder(join(folder, file.path)));
    for (let at = 0; at < samples; at += BLOCK) {
      const sum = new Float32Array(BLOCK);
      yield { sum, loudest: decoders.map((decoder) => decoder.addTo(sum)) };
    }
  } finally {
    for (const decoder of decoders) decoder.close();
  }
}

function* sumsOf(parts: Iterable<{ sum: Float32Array }>): Generator<Float32Array> {
  for (const { sum } of parts) yield sum;
}

/** Joins blocks to batches of 16 bit samples. */
function* batches(parts: Iterable<Float32Array>): Generator<Int16Array> {
  let batch = new Int16Array(BATCH_BLOCKS * BLOCK);
  let filled = 0;
  for (const part of parts) {
    for (const sample of part) {
      batch[filled++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
    }
    if (filled < batch.length) continue;
    yield batch;
    batch = new Int16Array(BATCH_BLOCKS * BLOCK);
    filled = 0;
  }
  if (filled > 0) yield batch.subarray(0, filled);
}
