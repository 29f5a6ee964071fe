import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SumSpool } from '#server/recording/sumSpool.ts';
import { random } from '../domain/support/talker.ts';
import { scratch } from './support/studio.ts';

const BLOCK = 480;
const FREE = { block: BLOCK, keepFreeBytes: 0 };

describe('the sum that is kept for the second pass', () => {
  it('[MX7] is what it was, to 90 dB below the loudest of each block', async () => {
    const folder = await scratch();
    const spool = SumSpool.open(join(folder, 'spool'), { ...FREE, samples: 50 * BLOCK });
    onTestFinished(() => spool?.close());
    const noise = random(1);
    // From a whisper to far beyond full scale, and silence; a last batch that is not full.
    const blocks = Array.from({ length: 47 }, (_, index) => {
      const loudest = index % 10 === 9 ? 0 : 10 ** ((index % 10) - 6);
      return Float32Array.from({ length: BLOCK }, () => loudest * (2 * noise() - 1));
    });
    for (const block of blocks) spool?.push(block);
    const read = [...(spool?.blocks() ?? [])];
    expect(read).toHaveLength(blocks.length);
    for (const [index, block] of blocks.entries()) {
      const loudest = Math.max(...block.map(Math.abs));
      const errors = block.map((sample, at) => Math.abs(sample - (read[index]?.[at] ?? NaN)));
      expect(Math.max(...errors)).toBeLessThanOrEqual(loudest / 32_000);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('[MX8] is not kept where the disk has no room for it', async () => {
    const folder = await scratch();
    const open = (options: object) =>
      SumSpool.open(join(folder, 'spool'), { ...FREE, samples: BLOCK, ...options });
    expect(open({ samples: 1e15 })).toBeNull();
    expect(open({ keepFreeBytes: 1e15 })).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });
});
