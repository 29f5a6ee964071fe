import { beforeEach, describe, expect, it } from 'vitest';
import { EntranceLimits } from '#server/domain/entranceLimits.ts';

const SCHOOL = '192.0.2.1';

describe.each(['enter', 'makeRoom', 'invite'] as const)('what an address may ask of %s', (what) => {
  let limits: EntranceLimits;
  beforeEach(() => {
    limits = new EntranceLimits(() => 0.5);
  });

  const taken = (address: string, nowMs: number, count = 1_000) =>
    Array.from({ length: count }, () => limits.take(what, address, nowMs)).filter(
      (retryAfterMs) => retryAfterMs === 0,
    ).length;

  it('[EN1] is three hundred at once, and then five a second', () => {
    expect(taken(SCHOOL, 0)).toBe(300);
    expect(taken(SCHOOL, 10_000)).toBe(50);
    expect(taken('192.0.2.2', 10_000, 100)).toBe(100);
  });

  it('[EN2] is told with a time of its own, at which it is taken', () => {
    taken(SCHOOL, 0, 300);
    const told = Array.from({ length: 40 }, () => limits.take(what, SCHOOL, 0));
    expect(told.slice(0, 3)).toEqual([1_000, 1_200, 1_400]);
    expect(told.map((nowMs) => limits.take(what, SCHOOL, nowMs))).toEqual(told.map(() => 0));
  });

  it('[EN3] takes nothing from the others', () => {
    taken(SCHOOL, 0);
    for (const other of ['enter', 'makeRoom', 'invite'] as const) {
      if (other !== what) expect(limits.take(other, SCHOOL, 0), other).toBe(0);
    }
  });
});

it('[EN5] is sixty lists of invitations at once, and then two a second, apart from all else', () => {
  const limits = new EntranceLimits(() => 0.5);
  const taken = (nowMs: number) =>
    Array.from({ length: 100 }, () => limits.take('listInvitations', SCHOOL, nowMs)).filter(
      (retryAfterMs) => retryAfterMs === 0,
    ).length;
  expect([taken(0), taken(5_000)]).toEqual([60, 10]);
  expect(limits.take('invite', SCHOOL, 5_000)).toBe(0);
});
