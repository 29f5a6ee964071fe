import { readFileSync } from 'node:fs';

/** The value below which `share` (0 to 1) of `values` lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function spread(values: readonly number[], unit: string): string {
  const of = (share: number) => `${quantile(values, share).toFixed(1)} ${unit}`;
  return `p50 ${of(0.5)}, p95 ${of(0.95)}, p99 ${of(0.99)} (n = ${values.length})`;
}

/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Cora runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU, user and system, that a process has used so far (proc(5), fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** @param thread the main one if left out, which begins all children of a Node process */
export function childrenOf(pid: number, thread = pid): number[] {
  const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}
