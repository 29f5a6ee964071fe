import { beforeEach, describe, expect, it } from 'vitest';
import { Steadiness, type Place } from '#web/state/steadiness.ts';

describe('a list that changes under a finger', () => {
  let list: Steadiness<string>;

  /** @param places of each part its distance from the top, and what its buttons say */
  const as = (places: Readonly<Record<string, [top: number, face: string]>>) =>
    new Map<string, Place>(
      Object.entries(places).map(([part, [top, face]]) => [part, { top, face }]),
    );
  const press = (part: string, nowMs: number, button: string | null = `button of ${part}`) =>
    list.takes({ part, button }, nowMs);

  beforeEach(() => {
    list = new Steadiness();
    list.begin(as({ ana: [0, 'No'], beto: [50, 'No'] }));
  });

  it('[TL1] takes no press of a row that has just come to where another was', () => {
    list.note(as({ beto: [0, 'No'] }), 1_000);
    expect(press('beto', 1_000)).toBe(false);
    expect(press('beto', 1_499)).toBe(false);
    expect(press('beto', 1_500)).toBe(true);
  });

  it('[TL2] takes no press of what has just become something else, or has just come', () => {
    list.note(as({ ana: [0, 'Sí'], beto: [50, 'No'], carla: [100, 'No'] }), 1_000);
    expect(press('ana', 1_100)).toBe(false);
    expect(press('carla', 1_100)).toBe(false);
  });

  it('[TL3] takes presses of what stays, however often the rest changes', () => {
    for (let atMs = 1_000; atMs < 3_000; atMs += 100) {
      list.note(as({ ana: [0, 'No'], beto: [50, 'No'], carla: [100 + atMs, 'No'] }), atMs);
    }
    expect(press('ana', 3_000)).toBe(true);
    expect(press('beto', 3_000)).toBe(true);
  });

  it('[TL4] takes a button once for a double press, and what only chooses each time', () => {
    expect(press('ana', 1_000)).toBe(true);
    expect(press('ana', 1_300)).toBe(false);
    expect(press('ana', 1_500)).toBe(true);
    expect(press('beto', 1_510)).toBe(true);
    expect([press('ana', 1_600, null), press('ana', 1_700, null)]).toEqual([true, true]);
  });
});
