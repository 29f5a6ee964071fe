import { describe, expect, it } from 'vitest';
import { TokenBucket } from '#server/domain/tokenBucket.ts';

describe('TokenBucket', () => {
  it('[TB1] never gives more than its burst and its rate, whatever the spacing', () => {
    for (const stepMs of [1, 7, 33, 250, 999]) {
      const bucket = new TokenBucket({ capacity: 5, perSecond: 2, nowMs: 0 });
      let given = 0;
      for (let ms = 0; ms <= 10_000; ms += stepMs) if (bucket.take(ms) === 0) given += 1;
      expect(given).toBeLessThanOrEqual(5 + 2 * 10);
      expect(given).toBeGreaterThanOrEqual(Math.min(5 + 2 * 9, Math.floor(10_000 / stepMs)));
    }
  });

  it('[TB2] does not save up beyond its burst', () => {
    const bucket = new TokenBucket({ capacity: 2, perSecond: 1, nowMs: 0 });
    const hourMs = 3_600_000;
    expect([1, 2, 3].map(() => bucket.take(hourMs))).toEqual([0, 0, 1_000]);
  });

  it('[TB3] gives nothing for a clock that goes backwards', () => {
    const bucket = new TokenBucket({ capacity: 1, perSecond: 1, nowMs: 1_000 });
    expect(bucket.take(1_000)).toBe(0);
    expect(bucket.take(0)).toBe(1_000);
    expect(bucket.take(999)).toBeGreaterThan(0);
  });
});
