import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionWatch } from '#web/client/connectionWatch.ts';

describe('ConnectionWatch', () => {
  const tracks = { arrivedMs: 0 };
  let missedAtMs: number[];
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_750_000_000_000 });
    vi.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValue(0.75);
    missedAtMs = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function watch({ isOneOfMany }: { isOneOfMany: boolean }): ConnectionWatch {
    const beganMs = Date.now();
    return new ConnectionWatch({
      tracks,
      signaling: { verify: async () => true, hurry: () => {} },
      isSoundExpected: () => true,
      isOneOfMany: () => isOneOfMany,
      soundMissing: () => missedAtMs.push(Date.now() - beganMs),
      lasts: () => {},
    });
  }

  it('[SH9] has an audience look for sound one after another, and nobody who hears again', async () => {
    const [first, second] = [watch({ isOneOfMany: true }), watch({ isOneOfMany: true })];
    await Promise.all([first.verify(), second.verify()]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(missedAtMs).toEqual([500, 1_500]);
    await first.verify();
    tracks.arrivedMs = Date.now();
    await second.verify();
    second.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect([missedAtMs.length, vi.getTimerCount()]).toEqual([2, 0]);
    await watch({ isOneOfMany: false }).verify();
    expect(missedAtMs.slice(2)).toEqual([0]);
  });
});
