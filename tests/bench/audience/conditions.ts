import { readFileSync } from 'node:fs';
import { cpuSeconds } from '../figures.ts';

/** What makes a run worth nothing. */
export interface Conditions {
  /** Datagrams that the kernel dropped because nobody took them in time: more than none, and the run does not count. */
  readonly droppedByKernel: number;
  /** Cores that processes used which are no part of the run: above 0.2, and the run does not count. */
  readonly othersCores: number;
}

const HERTZ = 100;

/** Watches the machine from now on; the answer says how it was. */
export function watchConditions(pids: readonly number[]): () => Conditions {
  const before = { dropped: dropped(), busy: busySeconds(), own: ownSeconds(pids) };
  const sinceMs = performance.now();
  return () => {
    const seconds = (performance.now() - sinceMs) / 1_000;
    const others = busySeconds() - before.busy - (ownSeconds(pids) - before.own);
    return { droppedByKernel: dropped() - before.dropped, othersCores: others / seconds };
  };
}

function ownSeconds(pids: readonly number[]): number {
  return [process.pid, ...pids].reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

/** User, nice and system of all processes: interrupts serve the run's own packets. */
function busySeconds(): number {
  const [, user = 0, nice = 0, system = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    ?.split(/\s+/)
    .map(Number) as number[];
  return (user + nice + system) / HERTZ;
}

function dropped(): number {
  const [names = '', values = ''] = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp:'));
  const at = names.split(' ').indexOf('RcvbufErrors');
  return Number(values.split(' ')[at]);
}
