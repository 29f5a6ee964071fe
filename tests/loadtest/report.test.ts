import { describe, expect, it } from 'vitest';
import { readOptions } from '../../scripts/loadtest/options.ts';
import { toPage } from '../../scripts/loadtest/page.ts';
import type { Report } from '../../scripts/loadtest/report.ts';
import { spreadOf } from '../../scripts/loadtest/spread.ts';
import { missed } from '../../scripts/loadtest/thresholds.ts';

const REPORT: Report = {
  at: '2026-01-01T00:00:00.000Z',
  plan: {
    ...{ url: 'http://127.0.0.1:3000', speakers: 2, listeners: 3, seconds: 5, rate: 20 },
    ...{ talking: 1, ears: 1, phrases: 0 },
  },
  people: {
    ...{ speakers: 2, listeners: 2, failed: 1, heldOff: 0, joinsPerSecond: 20 },
    reasons: [['ROOM_FULL: <b>full</b>', 1]],
  },
  joinMs: spreadOf([10, 20, 2_500]),
  connectMs: null,
  firstSoundMs: spreadOf([30]),
  sound: { packets: 990, lost: 10, lossPercent: 1, jitterMs: null, delayMs: null },
  phrases: { said: 0, received: 0, missing: 0, latencyMs: null },
  server: null,
  self: { cpuPercent: 5, lateMs: 1 },
  series: {
    joins: [{ atSeconds: 0, joinMs: 10, firstSoundMs: 30 }],
    delaysMs: [40],
    server: [],
    allInAtSeconds: 0,
  },
};

const limitsOf = (...args: string[]) => {
  const options = readOptions(args);
  if (!options) throw new Error('help was asked for');
  return options.thresholds;
};

describe('how it is called', () => {
  it.each([
    ['--listeners', ['--listeners', 'many'], /--listeners: write a whole number from 1 to 5000/],
    ['--seconds', ['--seconds', '0'], /--seconds: write a number from 1 to 3600/],
    ['--url', ['--url', 'localhost'], /--url: write an address such as/],
    ['an unknown one', ['--crowd', '5'], /--crowd.*--help/],
  ])('[LT5] says what to write where an option is wrong', (_, args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });

  it('[LT5] takes what is well written, and the usual where nothing is', () => {
    expect(readOptions(['--speakers', '7', '--url', 'https://cora.example.org/r/x'])).toMatchObject(
      {
        speakers: 7,
        listeners: 100,
        url: 'https://cora.example.org',
      },
    );
    expect(readOptions(['--help'])).toBeNull();
  });
});

describe('what it says', () => {
  it('[LT6] names each threshold that is missed with what was measured', () => {
    expect(missed(REPORT, limitsOf())).toEqual([
      expect.stringMatching(/^who did not get in.*: 1 people, at most 0 wanted/),
      expect.stringMatching(/^packets lost: 1 %, at most 0.1 wanted/),
      expect.stringMatching(/joined: 2500 ms, at most 2000 wanted/),
    ]);
  });

  it('[LT6] misses a threshold for which nothing was measured', () => {
    const asked = ['--max-failed', '1', '--max-loss', '2', '--max-join-p95', '3000'];
    expect(missed(REPORT, limitsOf(...asked))).toEqual([]);
    expect(missed(REPORT, limitsOf(...asked, '--max-server-cpu', '100'))).toEqual([
      expect.stringMatching(/nothing was measured \(--max-server-cpu 100\)/),
    ]);
  });

  it('[LT7] writes no markup that came from elsewhere', () => {
    const page = toPage(REPORT, ['<script>alert(1)</script>']);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|<b>full/);
  });
});
