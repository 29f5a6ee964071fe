import { setTimeout as delay } from 'node:timers/promises';
import { childrenOf, cpuSeconds } from './figures.ts';

/** In percent of a core. */
export interface Usage {
  readonly node: number;
  readonly workers: number;
}

/** What a server and its workers use of the processor from now on. */
export async function usageOf(serverPid: number, windowMs: number): Promise<Usage> {
  const pids = [serverPid, ...childrenOf(serverPid)];
  const before = pids.map(cpuSeconds);
  const since = performance.now();
  await delay(windowMs);
  const seconds = (performance.now() - since) / 1_000;
  const [node = 0, ...workers] = pids.map(
    (pid, index) => (100 * (cpuSeconds(pid) - (before[index] ?? 0))) / seconds,
  );
  return { node, workers: workers.reduce((sum, used) => sum + used, 0) };
}

export function toText({ node, workers }: Usage): string {
  return `Node ${node.toFixed(1)} %, worker ${workers.toFixed(1)} % of a core`;
}
