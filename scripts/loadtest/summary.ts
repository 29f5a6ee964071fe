import type { Listener } from './listener.ts';
import type { Outcome } from './loadTest.ts';
import type { LoadOptions } from './options.ts';
import type { Report } from './report.ts';
import { spreadOf } from './spread.ts';

/** Delays kept for the plot. */
const MOST_DELAYS = 2_000;

/** What a run came to, in figures. */
export function summarise(options: LoadOptions, outcome: Outcome): Report {
  const { listeners, speakers, phrases, self } = outcome;
  const { url, seconds, rate, talking, ears } = options;
  const plan = { url, speakers: options.speakers, listeners: options.listeners, seconds, rate };
  const deaf = listeners.filter(({ arrival, isLost }) => {
    return arrival.firstSoundMs === null && !isLost;
  }).length;
  const expected = phrases === null ? 0 : phrases.said * listeners.length;
  const latenciesMs = phrases?.latenciesMs ?? [];
  return {
    at: new Date().toISOString(),
    plan: { ...plan, talking, ears, phrases: options.phrases },
    people: {
      speakers: speakers.length,
      listeners: listeners.length,
      failed:
        options.speakers +
        options.listeners -
        (speakers.length + listeners.length) +
        (deaf + outcome.lost),
      heldOff: outcome.heldOff,
      joinsPerSecond: listeners.length / outcome.joinSeconds,
      reasons: counted([
        ...outcome.failures,
        ...Array.from({ length: deaf }, () => 'no sound came'),
        ...Array.from({ length: outcome.lost }, () => 'the connection was lost'),
      ]),
    },
    joinMs: spreadOf(durations(listeners, 'joinedMs')),
    connectMs: spreadOf(durations(listeners, 'connectedMs')),
    firstSoundMs: spreadOf(durations(listeners, 'firstSoundMs')),
    sound: soundOf(outcome),
    phrases: {
      said: phrases?.said ?? 0,
      received: latenciesMs.length,
      missing: expected - latenciesMs.length,
      latencyMs: spreadOf(latenciesMs),
    },
    server: serverOf(outcome),
    self,
    series: {
      joins: joinsOf(listeners),
      delaysMs: thinned(outcome.delaysMs),
      server: outcome.server?.samples ?? [],
      allInAtSeconds: outcome.allInAtSeconds,
    },
  };
}

function durations(
  listeners: readonly Listener[],
  until: 'joinedMs' | 'connectedMs' | 'firstSoundMs',
): number[] {
  return listeners.flatMap(({ arrival }) => {
    const atMs = arrival[until];
    return atMs === null ? [] : [atMs - arrival.startedMs];
  });
}

function soundOf({ listeners, delaysMs }: Outcome): Report['sound'] {
  const streams = listeners.flatMap((listener) => [...listener.streams.values()]);
  const packets = streams.reduce((sum, { received }) => sum + received, 0);
  const lost = streams.reduce((sum, stream) => sum + stream.lost, 0);
  return {
    packets,
    lost,
    lossPercent: packets === 0 ? null : (100 * lost) / (packets + lost),
    jitterMs: spreadOf(streams.map(({ jitterMs }) => jitterMs)),
    delayMs: spreadOf(delaysMs),
  };
}

function serverOf({ server, allInAtSeconds, listeners, speakers }: Outcome): Report['server'] {
  const samples = server?.samples ?? [];
  const measured = samples.filter(({ atSeconds }) => atSeconds > allInAtSeconds);
  const [first] = samples;
  const full = measured[0];
  if (!first || !full) return null;
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const each = (before: number, after: number) =>
    (1_024 * (after - before)) / (listeners.length + speakers.length);
  return {
    nodePercent: mean(measured.map(({ nodePercent }) => nodePercent)),
    workersPercent: mean(measured.map(({ workersPercent }) => workersPercent)),
    nodeKilobytesEach: each(first.nodeMegabytes, full.nodeMegabytes),
    workersKilobytesEach: each(first.workersMegabytes, full.workersMegabytes),
  };
}

function joinsOf(listeners: readonly Listener[]): Report['series']['joins'] {
  const begunMs = Math.min(...listeners.map(({ arrival }) => arrival.startedMs));
  return listeners.map(({ arrival: { startedMs, joinedMs, firstSoundMs } }) => ({
    atSeconds: (startedMs - begunMs) / 1_000,
    joinMs: (joinedMs ?? NaN) - startedMs,
    firstSoundMs: firstSoundMs === null ? null : firstSoundMs - startedMs,
  }));
}

function counted(reasons: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts];
}

/** Every so many of them. */
function thinned(values: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(values.length / MOST_DELAYS));
  return values.filter((_, index) => index % step === 0);
}
