import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArrivalWatch } from '#web/client/arrivalWatch.ts';

describe('ArrivalWatch', () => {
  let lastArrivalMs = 0;
  let told = 0;
  let watch: ArrivalWatch;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_750_000_000_000 });
    [lastArrivalMs, told] = [0, 0];
    watch = new ArrivalWatch({
      lastArrivalMs: () => lastArrivalMs,
      onStopped: () => (told += 1),
    });
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });
  const arrives = (forMs: number) => {
    for (let ms = 0; ms < forMs; ms += 20) {
      vi.advanceTimersByTime(20);
      lastArrivalMs = Date.now();
    }
  };

  it('[IR8] tells once that nothing arrives any more, within a second', () => {
    arrives(5_000);
    expect(told).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(told).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(told).toBe(1);
    arrives(1_000);
    vi.advanceTimersByTime(1_000);
    expect(told).toBe(2);
  });

  it('[IR9] takes the pauses of an open microphone for none, and a silent room for nothing', () => {
    vi.advanceTimersByTime(60_000);
    for (let pause = 0; pause < 20; pause += 1) {
      vi.advanceTimersByTime(400);
      lastArrivalMs = Date.now();
    }
    expect(told).toBe(0);
  });
});
