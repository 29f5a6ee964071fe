import { beforeEach, describe, expect, it } from 'vitest';
import type { ProtocolError } from '#protocol';
import { RetryLine } from '#server/domain/retryLine.ts';
import { Admission } from '#server/signaling/admission.ts';
import { FakeClock, settled } from '#tests/support/fakes.ts';

const AT_ONCE = 16;
const MAX_WAITING = 1_000;
const forever = () => new Promise<void>(() => {});

describe('a crowd at the door', () => {
  let clock: FakeClock;
  let admission: Admission;
  beforeEach(() => {
    clock = new FakeClock();
    admission = new Admission(clock);
  });

  /** The times told to those who are refused, as they are refused. */
  function crowd(count: number, work: () => void | Promise<void>): number[] {
    const told: number[] = [];
    for (let i = 0; i < count; i += 1) {
      admission.inTurn(work).catch((error: unknown) => {
        told.push((error as ProtocolError).retryAfterMs ?? NaN);
      });
    }
    return told;
  }

  it('[SM1] comes in a few at a time, and what others ask comes between', async () => {
    let begun = 0;
    const told = crowd(100, () => void (begun += 1));
    for (let turn = 1; begun < 100; turn += 1) {
      await settled();
      expect(begun).toBeLessThanOrEqual((turn + 1) * AT_ONCE);
    }
    expect(told).toEqual([]);
    crowd(AT_ONCE, () => void (begun += 1));
    await settled();
    expect(begun).toBe(100 + AT_ONCE);
  });

  it('[SM2] is answered as it is, whether that works or not', async () => {
    expect(await admission.inTurn(() => 7)).toBe(7);
    const failure = new Error('no');
    await expect(admission.inTurn(() => Promise.reject(failure))).rejects.toBe(failure);
    for (let i = 0; i < 3 * AT_ONCE; i += 1) {
      await expect(admission.inTurn(() => Promise.reject(failure))).rejects.toBe(failure);
    }
  });

  it('[SM3] waits three seconds at most, and is told when to come again, each at another time', async () => {
    crowd(AT_ONCE, forever);
    const told = crowd(MAX_WAITING, forever);
    const refused = crowd(400, forever);
    await settled();
    expect(told).toEqual([]);
    expect(refused).toHaveLength(400);
    expect(Math.min(...refused)).toBeGreaterThanOrEqual(1_000);
    for (let ms = 0; ms < 3_000; ms += 500) {
      const inThisHalfSecond = refused.filter((it) => it >= 1_000 + ms && it < 1_500 + ms);
      expect(inThisHalfSecond.length).toBeLessThanOrEqual(100);
    }
    for (let second = 0; second < 3; second += 1) {
      clock.advance(1_000);
      await settled();
    }
    // Some got a place that somebody held for too long.
    expect(told.length).toBe(MAX_WAITING - 2 * AT_ONCE);
  });

  it('[SM4] is held up for a second at most by what takes longer', async () => {
    crowd(AT_ONCE, forever);
    let begun = 0;
    crowd(AT_ONCE, () => void (begun += 1));
    await settled();
    expect(begun).toBe(0);
    clock.advance(1_000);
    await settled();
    expect(begun).toBe(AT_ONCE);
  });

  it('[SM5] is never told to wait longer than half a minute, however large it is', () => {
    const line = new RetryLine({ perSecond: 200 });
    let random = 0;
    const told = Array.from({ length: 20_000 }, () => line.next(0, (random = (random + 0.37) % 1)));
    expect(told.slice(0, 3)).toEqual([1_000, 1_005, 1_010]);
    expect(Math.max(...told)).toBeLessThanOrEqual(30_000);
    const perSecond = Map.groupBy(told, (ms) => Math.floor(ms / 1_000));
    for (let second = 1; second < 30; second += 1) {
      expect(perSecond.get(second)?.length).toBeLessThan(800);
    }
    expect(line.next(3_600_000, 0)).toBe(1_000);
  });
});
