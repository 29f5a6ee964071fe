import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bunch } from '#web/state/bunch.ts';

const START = 1_750_000_000_000;

describe('news in bunches', () => {
  let told: [atMs: number, items: readonly string[]][];
  const bunch = (options: { atOnce?: boolean; longestPauseMs?: number } = {}) =>
    new Bunch<string>({
      tell: (items) => told.push([Date.now() - START, items]),
      atOnce: true,
      ...options,
    });

  beforeEach(() => {
    told = [];
    vi.useFakeTimers({ now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('[NO1] tells of the first at once, and of nothing for two seconds', () => {
    const people = bunch();
    people.add([]);
    expect(told).toEqual([]);
    people.add(['Ana']);
    expect(told).toEqual([[0, ['Ana']]]);
    people.add(['Beto']);
    vi.advanceTimersByTime(1_999);
    expect(told).toHaveLength(1);
  });

  it('[NO2] tells of all who came meanwhile together', () => {
    const people = bunch();
    people.add(['Ana']);
    people.add(['Beto']);
    people.add(['Carla', 'Diego']);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([
      [0, ['Ana']],
      [2_000, ['Beto', 'Carla', 'Diego']],
    ]);
  });

  it('[NO3] rests longer while there is always somebody, and not after a pause without', () => {
    const people = bunch({ longestPauseMs: 6_000 });
    const coming = setInterval(() => people.add(['one']), 500);
    people.add(['first']);
    vi.advanceTimersByTime(18_400);
    clearInterval(coming);
    expect(told.map(([atMs]) => atMs)).toEqual([0, 2_000, 6_000, 12_000, 18_000]);
    vi.advanceTimersByTime(12_000);
    told = [];
    people.add(['late']);
    people.add(['later']);
    vi.advanceTimersByTime(2_000);
    expect(told.map(([, items]) => items)).toEqual([['late'], ['later']]);
  });

  it('[NO4] tells of the first after a pause where that is wanted', () => {
    const people = bunch({ atOnce: false });
    people.add(['Ana']);
    vi.advanceTimersByTime(1_999);
    expect(told).toEqual([]);
    people.add(['Beto']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([[2_000, ['Ana', 'Beto']]]);
  });

  it('[NO5] tells of nothing after its end', () => {
    const people = bunch();
    people.add(['Ana']);
    people.add(['Beto']);
    people.close();
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(1);
  });
});
