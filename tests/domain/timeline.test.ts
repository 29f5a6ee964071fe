import { describe, expect, it } from 'vitest';
import { StreamTimeline } from '#server/domain/timeline.ts';
import { fillBefore, placeOf } from '#server/domain/timelinePieces.ts';
import { errors, place, random, simulate, type Talker } from './support/talker.ts';

const MINUTE_MS = 60_000;
const within = (timeMs: number, fromMs: number, toMs: number) => timeMs >= fromMs && timeMs < toMs;
const lost = random(3);

/** Moments in which nothing is captured: 1.8 s of 4. */
const stutters = (fromMs: number) =>
  [40, 300, 80, 60, 500, 100, 220, 60, 400, 40].map((ms, index) => {
    const startMs = fromMs + index * 400;
    return { fromMs: startMs, toMs: startMs + Math.min(ms, 380) };
  });

/** Every stream comes out with the base delay of 30 ms; `spreadMs` is what it may vary beside. */
const CASES: readonly { name: string; talker: Talker; spreadMs: number }[] = [
  { name: '[RT1] keeps an undisturbed stream together', talker: { endMs: MINUTE_MS }, spreadMs: 0 },
  {
    name: '[RT2] places what loss leaves where it was said',
    talker: { endMs: MINUTE_MS, arrives: () => lost() > 0.2 },
    spreadMs: 0,
  },
  {
    name: '[RT3] places packets that overtook each other by their timestamps',
    talker: { endMs: MINUTE_MS, extraDelayMs: (ms) => (ms % 100 === 0 ? 70 : 0) },
    spreadMs: 0,
  },
  {
    name: '[RT4] keeps time through discontinuous transmission',
    talker: { endMs: MINUTE_MS, arrives: (ms) => ms % 2_000 < 800 || ms % 400 === 0 },
    spreadMs: 10,
  },
  {
    name: '[RT5] places a stream that begins late at its time',
    talker: { startMs: 42_000, endMs: 2 * MINUTE_MS },
    spreadMs: 0,
  },
  {
    name: '[RT6] places what follows a mute or a server-side pause by its timestamps',
    talker: { endMs: MINUTE_MS, arrives: (ms) => !within(ms, 20_000, 23_020) },
    spreadMs: 5,
  },
  {
    name: '[RT7] finds its place again after a long mute although the clock drifted meanwhile',
    talker: {
      endMs: 40 * MINUTE_MS,
      ppm: 100,
      arrives: (ms) => !within(ms, 5_000, 39 * MINUTE_MS),
    },
    spreadMs: 10,
  },
  {
    name: '[RT8] goes on where the timestamp wraps',
    talker: { endMs: MINUTE_MS, firstTimestamp: 2 ** 32 - 30_000 * 48 },
    spreadMs: 0,
  },
  {
    name: '[RT9] takes a step of the delay for the network it is',
    talker: { endMs: MINUTE_MS, extraDelayMs: (ms) => (within(ms, 30_000, 40_000) ? 150 : 0) },
    spreadMs: 20,
  },
  {
    name: '[RT10] takes four seconds held back and then delivered in a burst for the network too',
    talker: {
      endMs: MINUTE_MS,
      extraDelayMs: (ms) => (within(ms, 30_000, 34_000) ? (34_000 - ms) * 0.875 : 0),
    },
    spreadMs: 0,
  },
  {
    name: '[RT11] inserts what a capture stall of 500 ms left out, by the sender reports',
    talker: { endMs: MINUTE_MS, reports: true, stalls: [{ fromMs: 31_000, toMs: 31_500 }] },
    spreadMs: 1,
  },
  {
    name: '[RT12] inserts what a capture stall of 5 s left out, by the sender reports',
    talker: { endMs: MINUTE_MS, reports: true, stalls: [{ fromMs: 31_000, toMs: 36_000 }] },
    spreadMs: 1,
  },
  {
    name: '[RT13] inserts a stall of 5 s without sender reports, since no network stays that late',
    talker: { endMs: MINUTE_MS, stalls: [{ fromMs: 31_000, toMs: 36_000 }] },
    spreadMs: 1,
  },
  {
    name: '[RT14] inserts each of three stalls',
    talker: {
      endMs: 2 * MINUTE_MS,
      reports: true,
      stalls: [
        { fromMs: 20_000, toMs: 20_300 },
        { fromMs: 47_000, toMs: 57_000 },
        { fromMs: 80_000, toMs: 81_000 },
      ],
    },
    spreadMs: 1,
  },
  {
    name: '[RT22] inserts what a capture that stutters left out, here and there',
    talker: {
      endMs: 2 * MINUTE_MS,
      reports: true,
      stalls: [...stutters(31_000), ...stutters(63_000), ...stutters(72_000)],
    },
    spreadMs: 60,
  },
  {
    name: '[RT23] inserts a stall of 5 s and what stuttered before and after it',
    talker: {
      endMs: MINUTE_MS,
      reports: true,
      stalls: [...stutters(26_000), { fromMs: 31_000, toMs: 36_000 }, ...stutters(38_000)],
    },
    spreadMs: 60,
  },
  {
    name: '[RT15] follows a clock 100 ppm too fast',
    talker: { endMs: 20 * MINUTE_MS, ppm: 100, reports: true },
    spreadMs: 23,
  },
  {
    name: '[RT16] follows a clock 100 ppm too slow',
    talker: { endMs: 20 * MINUTE_MS, ppm: -100, reports: true },
    spreadMs: 23,
  },
];

describe('a stream on the recording clock', () => {
  it.each(CASES)('$name', ({ talker, spreadMs }) => {
    const events = simulate(talker);
    const placements = place(events);
    const { least, greatest } = errors(placements);
    expect(placements).toHaveLength(events.filter(({ kind }) => kind === 'packet').length);
    expect(greatest - least).toBeLessThanOrEqual(spreadMs + 0.1);
    expect(least).toBeGreaterThan(30 - spreadMs - 1);
    expect(greatest).toBeLessThan(32 + spreadMs);
    expect(new Set(placements.map(({ segment }) => segment)).size).toBe(1);
  });
});

describe('a sender that is not to be believed', () => {
  const timed = (arrivalMs: number, timestamp: number) => ({
    arrivalMs,
    timestamp: timestamp >>> 0,
    samples: 960,
  });

  it('[RT17] begins a new segment, at its arrival, where timestamps jump without the clock', () => {
    const timeline = new StreamTimeline();
    for (let k = 0; k < 200; k++) timeline.push(timed(k * 20, k * 960));
    const jumped = Array.from({ length: 200 }, (_, k) =>
      timeline.push(timed(4_000 + k * 20, 2 ** 31 + k * 960)),
    ).flat();
    expect(jumped).toHaveLength(200);
    expect(jumped.every(({ segment }) => segment === 1)).toBe(true);
    const plan = timeline.plan();
    expect(placeOf(plan, jumped[0] as (typeof jumped)[0])).toBe(4_000 * 48);
    expect(placeOf(plan, jumped[199] as (typeof jumped)[0])).toBe(7_980 * 48);
  });

  it('[RT18] leaves out single packets with timestamps 2^31 away and keeps all others', () => {
    const timeline = new StreamTimeline();
    const accepted = Array.from({ length: 1_000 }, (_, k) => {
      const wild = k % 10 === 5 ? (k % 20 === 5 ? 2 ** 31 : -(2 ** 31) + 1) : 0;
      return timeline.push(timed(k * 20, k * 960 + wild));
    }).flat();
    expect(accepted).toHaveLength(900);
    const plan = timeline.plan();
    expect(accepted.every((one) => placeOf(plan, one) === one.timestamp)).toBe(true);
  });

  it('[RT19] never places a packet more than a second ahead of its arrival', () => {
    const noise = random(11);
    const timeline = new StreamTimeline();
    const packets = Array.from({ length: 20_000 }, (_, k) => {
      const jump = noise() < 0.5 ? noise() * 2 ** 32 : k * 960 + noise() * 60_000;
      return timed(k * 2, jump);
    });
    // A creeping sender: each timestamp is just near enough to the last.
    for (let k = 0; k < 20_000; k++) packets.push(timed(40_000 + k * 2, k * 47_000));
    const accepted = packets.flatMap((packet) => timeline.push(packet));
    const plan = timeline.plan();
    const ahead = accepted.map((one) => placeOf(plan, one) / 48 - one.packet.arrivalMs);
    expect(Math.max(...ahead.slice(0, 5_000))).toBeLessThanOrEqual(1_000);
    expect(ahead.reduce((most, one) => Math.max(most, one), -Infinity)).toBeLessThanOrEqual(1_000);
  });

  it('[RT20] does not believe a sender report that no packet bears out', () => {
    const timeline = new StreamTimeline();
    const accepted = Array.from({ length: 3_000 }, (_, k) => {
      if (k % 250 === 0) {
        const lie = k >= 1_000 ? 3_600 : 0;
        timeline.report({ ntpSeconds: 3.9e9 + k / 50 + lie, rtpTimestamp: k * 960 });
      }
      return timeline.push(timed(k * 20, k * 960));
    }).flat();
    const plan = timeline.plan();
    expect(accepted.every((one) => placeOf(plan, one) === one.timestamp)).toBe(true);
  });
});

describe('joining packets to a track', () => {
  it.each([
    { place: 1_000, cursor: 1_000, fill: 0 },
    { place: 1_059, cursor: 1_000, fill: 0 },
    { place: 1_060, cursor: 1_000, fill: 120 },
    { place: 48_000, cursor: 0, fill: 48_000 },
    { place: 48_070, cursor: 0, fill: 48_120 },
    { place: 950, cursor: 1_000, fill: 0 },
    { place: 900, cursor: 1_000, fill: null },
  ])('[RT21] fills $fill samples before $place from $cursor on', ({ place, cursor, fill }) => {
    expect(fillBefore(place, cursor)).toBe(fill);
  });
});
