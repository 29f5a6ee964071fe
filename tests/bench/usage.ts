import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, cpuSeconds } from './figures.ts';

/** In percent of a core. */
export interface Usage {
  readonly node: number;
  readonly workers: number;
  /** The process that speaks, and finalizers. */
  readonly others: number;
}

/** What a server and its workers use of the processor from now on. */
export async function usageOf(serverPid: number, windowMs: number): Promise<Usage> {
  const pids = [serverPid, ...childrenOf(serverPid)];
  const before = pids.map(cpuSeconds);
  const since = performance.now();
  await delay(windowMs);
  const seconds = (performance.now() - since) / 1_000;
  const used = pids.map((pid, index) => ({
    kind: pid === serverPid ? 'node' : kindOf(pid),
    percent: (100 * (cpuSeconds(pid) - (before[index] ?? 0))) / seconds,
  }));
  const of = (wanted: string) =>
    used.reduce((sum, { kind, percent }) => (kind === wanted ? sum + percent : sum), 0);
  return { node: of('node'), workers: of('worker'), others: of('other') };
}

/** Linux keeps 15 characters of a process's name. */
function kindOf(pid: number): 'worker' | 'other' {
  const name = readFileSync(`/proc/${pid}/comm`, 'utf8');
  return name.startsWith('mediasoup-work') ? 'worker' : 'other';
}

export function toText({ node, workers, others }: Usage): string {
  const rest = others < 0.05 ? '' : `, voice ${others.toFixed(1)} %`;
  return `Node ${node.toFixed(1)} %, worker ${workers.toFixed(1)} %${rest} of a core`;
}
