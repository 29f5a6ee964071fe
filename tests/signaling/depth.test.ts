import { describe, expect, it } from 'vitest';
import { isWithinDepth } from '#server/signaling/depth.ts';

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

describe('the depth guard', () => {
  it('[DG1] counts objects and lists alike, and plain values not at all', () => {
    for (const plain of [1, 'text', true, null, undefined]) {
      expect(isWithinDepth(plain, 0)).toBe(true);
    }
    expect(isWithinDepth({}, 0)).toBe(false);
    expect(isWithinDepth({ a: [1] }, 2)).toBe(true);
    expect(isWithinDepth({ a: [{}] }, 2)).toBe(false);
  });

  it('[DG2] stops at its limit, however deep it goes on', () => {
    expect(isWithinDepth(lists(6), 6)).toBe(true);
    expect(isWithinDepth(lists(7), 6)).toBe(false);
    expect(isWithinDepth(lists(5_000), 6)).toBe(false);
  });

  it('[DG3] finds one deep branch among many', () => {
    const wide = Array.from({ length: 1_000 }, (_, index) => (index === 999 ? lists(6) : [1]));
    expect(isWithinDepth(wide, 6)).toBe(false);
    expect(isWithinDepth(wide.slice(0, 999), 6)).toBe(true);
  });
});
