import * as v from 'valibot';
import { PeaksSchema, type Peaks } from '#protocol';

/** @returns null when they cannot be had: a lane then shows when somebody spoke, not how loud */
export async function loadPeaks(url: string): Promise<Peaks | null> {
  try {
    const response = await fetch(url, { credentials: 'omit' });
    const peaks = v.safeParse(PeaksSchema, await response.json());
    return peaks.success ? peaks.output : null;
  } catch {
    return null;
  }
}

/**
 * The loudest peak of each of `count` equal parts of a recording, 0 to 1, as the eye wants it: the
 * root lifts quiet voices beside loud ones.
 */
export function barsOf({ peaks, stepSeconds }: Peaks, durationSeconds: number, count: number) {
  const perBar = durationSeconds / stepSeconds / count;
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor(bar * perBar);
    const to = Math.max(from + 1, Math.floor((bar + 1) * perBar));
    let loudest = 0;
    for (let step = from; step < to; step++) loudest = Math.max(loudest, peaks[step] ?? 0);
    return Math.sqrt(loudest / 255);
  });
}
