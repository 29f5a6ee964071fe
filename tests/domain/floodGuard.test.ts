import { describe, expect, it } from 'vitest';
import { FloodGuard, PAUSE_MS, type FloodVerdict } from '#server/domain/floodGuard.ts';

/** The verdicts on a message a millisecond, from `fromMs` until `untilMs`, each counted. */
function flood(guard: FloodGuard, fromMs: number, untilMs: number) {
  const counts: Record<FloodVerdict, number> = { take: 0, ignore: 0, pause: 0, end: 0 };
  for (let ms = fromMs; ms < untilMs; ms += 1) counts[guard.message(ms)] += 1;
  return counts;
}

describe('a flood', () => {
  it('[FL1] is paused within half a second, and little of it taken', () => {
    const counts = flood(new FloodGuard(0), 0, 500);
    expect(counts.pause).toBe(1);
    expect(counts.take).toBeLessThanOrEqual(35);
    expect(counts.ignore).toBeGreaterThan(400);
  });

  it('[FL2] costs nothing more while it is paused, and is no new offence', () => {
    const guard = new FloodGuard(0);
    flood(guard, 0, 100);
    expect(flood(guard, 100, PAUSE_MS)).toEqual({
      take: 0,
      ignore: PAUSE_MS - 100,
      pause: 0,
      end: 0,
    });
  });

  it('[FL3] ends the visit the third time', () => {
    const guard = new FloodGuard(0);
    const counts = flood(guard, 0, 3 * PAUSE_MS);
    expect([counts.pause, counts.end]).toEqual([2, 1]);
  });

  it('[FL4] of long ago is forgotten', () => {
    const guard = new FloodGuard(0);
    const apart = 6 * 60_000;
    for (let time = 0; time < 5; time += 1) {
      const counts = flood(guard, time * apart, time * apart + 1_000);
      expect([counts.pause, counts.end]).toEqual([1, 0]);
    }
  });

  it('[FL5] is not what a person sends with their client', () => {
    const guard = new FloodGuard(0);
    for (let ms = 0; ms < 60_000; ms += 200) expect(guard.message(ms)).toBe('take');
  });
});
