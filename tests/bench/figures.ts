import { readdirSync, readFileSync } from 'node:fs';

/** The value below which `share` (0 to 1) of `values` lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function spread(values: readonly number[], unit: string): string {
  const of = (share: number) => `${quantile(values, share).toFixed(1)} ${unit}`;
  return `p50 ${of(0.5)}, p95 ${of(0.95)}, p99 ${of(0.99)} (n = ${values.length})`;
}

/**
 * Seconds of CPU, user and system, that a process's threads have used so far (the scheduler's own
 * count in nanoseconds: the ticks of /proc/<pid>/stat miss what sleeps between them).
 */
export function cpuSeconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e9;
  }, 0);
}

/** @param thread the main one if left out, which begins all children of a Node process */
export function childrenOf(pid: number, thread = pid): number[] {
  const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}
