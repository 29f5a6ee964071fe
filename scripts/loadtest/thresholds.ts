import type { Report } from './report.ts';

interface Threshold {
  readonly about: string;
  readonly unit: string;
  /** Above which a test has failed, where nobody says otherwise; null asks nothing. */
  readonly value: number | null;
  /** What is held against it; null where there was nothing to measure. */
  readonly of: (report: Report) => number | null;
}

/** What may be demanded of a run, by its option. */
export const THRESHOLDS = {
  'max-failed': {
    about: 'who did not get in, was lost or heard nothing',
    unit: 'people',
    value: 0,
    of: ({ people }) => people.failed,
  },
  'max-loss': {
    about: 'packets lost',
    unit: '%',
    value: 0.1,
    of: ({ sound }) => sound.lossPercent,
  },
  'max-join-p95': {
    about: 'from entering to joined',
    unit: 'ms',
    value: 2_000,
    of: ({ joinMs }) => joinMs?.p95 ?? null,
  },
  'max-first-sound-p95': {
    about: 'from entering to the first sound',
    unit: 'ms',
    value: 3_000,
    of: ({ firstSoundMs }) => firstSoundMs?.p95 ?? null,
  },
  'max-jitter-p95': {
    about: 'jitter (RFC 3550)',
    unit: 'ms',
    value: null,
    of: ({ sound }) => sound.jitterMs?.p95 ?? null,
  },
  'max-delay-p95': {
    about: 'from mouth to ear, without a jitter buffer',
    unit: 'ms',
    value: null,
    of: ({ sound }) => sound.delayMs?.p95 ?? null,
  },
  'max-phrase-p95': {
    about: 'from sending a phrase to reading it',
    unit: 'ms',
    value: null,
    of: ({ phrases }) => phrases.latencyMs?.p95 ?? null,
  },
  'max-server-cpu': {
    about: "the server's processes",
    unit: '% of a core',
    value: null,
    of: ({ server }) => (server === null ? null : server.nodePercent + server.workersPercent),
  },
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number | null>>;

/** A sentence for each threshold that a run misses; one that nothing was measured for is missed too. */
export function missed(report: Report, thresholds: Thresholds): string[] {
  return Object.entries(THRESHOLDS).flatMap(([name, { about, unit, of }]) => {
    const limit = thresholds[name as ThresholdName];
    if (limit === null) return [];
    const value = of(report);
    if (value === null) return [`${about}: nothing was measured (--${name} ${limit})`];
    const shown = Number(value.toPrecision(3));
    return value > limit ? [`${about}: ${shown} ${unit}, at most ${limit} wanted (--${name})`] : [];
  });
}
