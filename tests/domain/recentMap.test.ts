import { describe, expect, it } from 'vitest';
import { RecentMap } from '#server/domain/recentMap.ts';

const open = () =>
  new RecentMap<number, { madeMs: number }>({
    capacity: 100,
    keepMs: 1_000,
    make: (madeMs) => ({ madeMs }),
  });

describe('what is known of those who came lately', () => {
  it('[RQ1] is kept as long as somebody asks about it', () => {
    const map = open();
    const first = map.of(1, 0);
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 1_000) expect(map.of(1, nowMs)).toBe(first);
  });

  it('[RQ2] is forgotten when nobody did, by whoever comes next', () => {
    const map = open();
    for (let key = 0; key < 50; key += 1) map.of(key, 0);
    map.of(7, 900);
    map.of(99, 1_001);
    expect(map.size).toBe(2);
    expect([map.of(7, 1_001).madeMs, map.of(8, 1_001).madeMs]).toEqual([0, 1_001]);
  });

  it('[RQ3] is never more than there is place for; who was not asked about for longest goes', () => {
    const map = open();
    map.of(-1, 0);
    for (let key = 0; key < 100_000; key += 1) {
      map.of(key, 0);
      map.of(-1, 0);
    }
    expect(map.size).toBe(100);
    expect(map.of(99_999, 1).madeMs).toBe(0);
    expect(map.of(-1, 1).madeMs).toBe(0);
    expect(map.of(5, 1).madeMs).toBe(1);
  });
});
