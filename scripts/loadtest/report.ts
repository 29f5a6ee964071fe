import type { LoadOptions } from './options.ts';
import type { ServerSample } from './serverProcess.ts';
import type { Spread } from './spread.ts';

/** What a run came to. Times in milliseconds. */
export interface Report {
  readonly at: string;
  readonly plan: Pick<
    LoadOptions,
    'url' | 'speakers' | 'listeners' | 'seconds' | 'rate' | 'talking' | 'ears' | 'phrases'
  >;
  readonly people: {
    readonly speakers: number;
    readonly listeners: number;
    /** Who did not get in, was lost, or is in and heard nothing. */
    readonly failed: number;
    /** How often somebody was told to come again later. */
    readonly heldOff: number;
    readonly joinsPerSecond: number;
    /** Why, with how many. */
    readonly reasons: readonly (readonly [reason: string, count: number])[];
  };
  /** From the call that enters the room over HTTP to the answer to `join`. */
  readonly joinMs: Spread | null;
  /** To ICE and DTLS standing. */
  readonly connectMs: Spread | null;
  /** To the first packet of sound, deciphered. */
  readonly firstSoundMs: Spread | null;
  readonly sound: {
    readonly packets: number;
    readonly lost: number;
    readonly lossPercent: number | null;
    /** Of each stream of each listener. */
    readonly jitterMs: Spread | null;
    /** Of marks in the sound. */
    readonly delayMs: Spread | null;
  };
  readonly phrases: {
    readonly said: number;
    readonly received: number;
    readonly missing: number;
    readonly latencyMs: Spread | null;
  };
  /** null where it is not on this machine. */
  readonly server: {
    readonly nodePercent: number;
    readonly workersPercent: number;
    readonly nodeKilobytesEach: number;
    readonly workersKilobytesEach: number;
  } | null;
  /** Of this process, which shares the machine with a server that is here. */
  readonly self: { readonly cpuPercent: number; readonly lateMs: number };
  readonly series: {
    readonly joins: readonly {
      readonly atSeconds: number;
      readonly joinMs: number;
      readonly firstSoundMs: number | null;
    }[];
    readonly delaysMs: readonly number[];
    readonly server: readonly ServerSample[];
    /** When the last had joined, on the clock of `server`. */
    readonly allInAtSeconds: number;
  };
}

/** For people, a line a figure. */
export function toText(report: Report): string {
  const { plan, people, sound, phrases, server, self } = report;
  const lines: [string, string][] = [
    ['in the room', `${people.speakers} who speak, ${people.listeners} who listen`],
    ['failed', people.failed === 0 ? 'nobody' : `${people.failed}: ${reasonsOf(report)}`],
    ['joins', `${people.joinsPerSecond.toFixed(1)} a second${heldOff(people.heldOff)}`],
    ['joined after', spread(report.joinMs)],
    ['connected after', spread(report.connectMs)],
    ['first sound after', spread(report.firstSoundMs)],
    ['packets', `${sound.packets}, ${sound.lost} lost (${percent(sound.lossPercent)})`],
    ['jitter', spread(sound.jitterMs)],
    ['mouth to ear', `${spread(sound.delayMs)}, without a jitter buffer`],
    ['phrases', `${phrases.said} said, ${phrases.received} came, ${phrases.missing} missing`],
    ['phrase latency', spread(phrases.latencyMs)],
    ['server', serverText(server)],
    [
      'this process',
      `${self.cpuPercent.toFixed(0)} % of a core, late by p99 ${ms(self.lateMs)}` +
        (self.cpuPercent > 85 || self.lateMs > 50
          ? ': too busy, its own delay is in all of this'
          : ''),
    ],
  ];
  const title = `${plan.url}, ${plan.seconds} s after the last had joined`;
  return [title, '', ...lines.map(([name, text]) => `  ${name.padEnd(18)} ${text}`), ''].join('\n');
}

export function spread(figures: Spread | null): string {
  if (figures === null) return 'nothing measured';
  const { count, p50, p95, p99, max } = figures;
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, at most ${ms(max)} (n = ${count})`;
}

export function percent(value: number | null): string {
  return value === null ? 'nothing measured' : `${Number(value.toPrecision(2))} %`;
}

export function serverText(server: Report['server']): string {
  if (server === null) return 'not on this machine, or not found: see --pid';
  return (
    `Node ${server.nodePercent.toFixed(1)} %, workers ${server.workersPercent.toFixed(1)} % of a core; ` +
    `memory grew by ${server.nodeKilobytesEach.toFixed(0)} and ${server.workersKilobytesEach.toFixed(0)} kB a person`
  );
}

function reasonsOf({ people }: Report): string {
  return people.reasons.map(([reason, count]) => `${reason} (${count})`).join('; ');
}

function heldOff(times: number): string {
  return times === 0 ? '' : `; held off ${times} times by the server's limits`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
