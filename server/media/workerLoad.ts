/** From where on a Worker is not asked for more while another can be. */
export interface WorkerBounds {
  /** Consumers that carry. */
  readonly consumers: number;
  /** Of one core. */
  readonly cpu: number;
}

/**
 * 500 who listen to three slots and the voice; what they cost depends on how many of those speak, which is
 * seen in the CPU a second or two later. Above some two thirds of a core packets begin to wait for one another.
 */
export const WORKER_BOUNDS: WorkerBounds = { consumers: 2_000, cpu: 0.6 };

/** The part of a new measurement in what is remembered. */
const WEIGHT = 0.5;

/** What a Worker has to do. */
export class WorkerLoad {
  /** Consumers that carry. */
  consumers = 0;
  routers = 0;
  /** Of one core, over the last seconds. */
  #cpu = 0;
  #before: { readonly cpuMs: number; readonly atMs: number } | null = null;

  /** How much of what it is to bear it bears: 1 is full. */
  shareOf(bounds: WorkerBounds): number {
    return Math.max(ratio(this.consumers, bounds.consumers), ratio(this.#cpu, bounds.cpu));
  }

  /** @param cpuMs what its process has used so far */
  measured(cpuMs: number, atMs: number): void {
    const before = this.#before;
    this.#before = { cpuMs, atMs };
    if (!before || atMs <= before.atMs) return;
    const cpu = (cpuMs - before.cpuMs) / (atMs - before.atMs);
    this.#cpu += WEIGHT * (cpu - this.#cpu);
  }
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : Infinity;
}

/** Shares that differ by less are as good as equal: an idle Worker is never quite idle. */
const STEP = 0.05;

/** The least loaded first; among those with about as much to do the one with the fewest Routers. */
export function byLoad(one: WorkerLoad, other: WorkerLoad): number {
  const [share, otherShare] = [one, other].map((load) =>
    Math.round(load.shareOf(WORKER_BOUNDS) / STEP),
  ) as [number, number];
  return share - otherShare || one.routers - other.routers;
}
