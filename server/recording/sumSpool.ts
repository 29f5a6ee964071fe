import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { FILE_MODE } from './files.ts';

const LOUDEST = 32_767;
/** Seconds of sound go to the disk at once. */
const BUFFERED_BLOCKS = 20;

/**
 * Keeps what everyone says together from the first pass over a recording for the second: decoding ten
 * people is most of a mix's work. Two bytes a sample, of the block's own loudest: 90 dB below it are
 * left. The file has no name, so that none is left behind.
 */
export class SumSpool {
  readonly #file: number;
  readonly #block: number;
  readonly #buffer: Int16Array;
  readonly #scales: number[] = [];
  #buffered = 0;
  #isWhole = true;

  /**
   * Null where the disk has no room for it beside what has to stay free, or does not let a file lose
   * its name.
   * @param options.block samples in each block
   */
  static open(
    path: string,
    options: { samples: number; block: number; keepFreeBytes: number },
  ): SumSpool | null {
    const { samples, block, keepFreeBytes } = options;
    try {
      const { bavail, bsize } = statfsSync(dirname(path));
      if (bavail * bsize < 2 * samples + keepFreeBytes) return null;
      const file = openSync(path, 'wx+', FILE_MODE);
      rmSync(path);
      return new SumSpool(file, block);
    } catch {
      return null;
    }
  }

  private constructor(file: number, block: number) {
    this.#file = file;
    this.#block = block;
    this.#buffer = new Int16Array(BUFFERED_BLOCKS * block);
  }

  /** Copies a block. */
  push(samples: Float32Array): void {
    if (!this.#isWhole) return;
    let loudest = 0;
    for (const sample of samples) {
      const size = Math.abs(sample);
      if (size > loudest) loudest = size;
    }
    const scale = loudest > 0 ? LOUDEST / loudest : 1;
    const at = this.#buffered * this.#block;
    for (let index = 0; index < samples.length; index++) {
      this.#buffer[at + index] = Math.round((samples[index] as number) * scale);
    }
    this.#scales.push(1 / scale);
    this.#buffered++;
    if (this.#buffered === BUFFERED_BLOCKS) this.#flush();
  }

  /** Everything from the start on, or null when the disk did not take all of it. */
  blocks(): Generator<Float32Array> | null {
    this.#flush();
    return this.#isWhole ? this.#read() : null;
  }

  close(): void {
    closeSync(this.#file);
  }

  *#read(): Generator<Float32Array> {
    const bytes = new Uint8Array(this.#buffer.buffer);
    for (let first = 0; first < this.#scales.length; first += BUFFERED_BLOCKS) {
      const blocks = Math.min(BUFFERED_BLOCKS, this.#scales.length - first);
      const size = blocks * this.#block * 2;
      const from = first * this.#block * 2;
      for (let at = 0; at < size;) {
        const read = readSync(this.#file, bytes, at, size - at, from + at);
        if (read === 0) throw new Error('what was spooled is gone');
        at += read;
      }
      for (let block = 0; block < blocks; block++) {
        const scale = this.#scales[first + block] as number;
        const samples = new Float32Array(this.#block);
        const start = block * this.#block;
        for (let index = 0; index < samples.length; index++) {
          samples[index] = (this.#buffer[start + index] as number) * scale;
        }
        yield samples;
      }
    }
  }

  #flush(): void {
    const size = this.#buffered * this.#block * 2;
    this.#buffered = 0;
    const bytes = new Uint8Array(this.#buffer.buffer, 0, size);
    try {
      for (let at = 0; at < size && this.#isWhole;) at += writeSync(this.#file, bytes, at);
    } catch {
      this.#isWhole = false;
    }
  }
}
