import type { Log, NodeLine } from '../session/ports.ts';
import * as v from 'valibot';
import { LentBranch } from './lentBranch.ts';
import { NODE_MESSAGES, type NodeMessage, type NodeMessageName } from './nodeMessages.ts';
import type { PipePlace } from './nodePipe.ts';
import type { WorkerBounds } from './workerLoad.ts';
import type { WorkerPool } from './workerPool.ts';

/** What is said between servers may be lost: what nobody has used for so long is of no use any more. */
const UNUSED_MS = 60_000;
const LOOK_MS = 15_000;

interface Options {
  readonly line: NodeLine;
  readonly pool: WorkerPool;
  readonly pipePlace: PipePlace;
  readonly log: Log;
  readonly bounds: WorkerBounds;
  readonly unusedMs?: number;
}

interface Lent {
  readonly to: string;
  readonly branch: LentBranch;
  readonly unwatch: () => void;
}

/** Lends Routers of this server to rooms of others whose audience is too many for them. */
export class Lending {
  readonly #options: Options;
  readonly #lent = new Map<string, Lent>();
  readonly #looking: NodeJS.Timeout;

  constructor(options: Options) {
    this.#options = options;
    this.#answer('openBranch', (request, from) => this.#open(request, from));
    this.#answer('closeBranch', ({ branchId }, from) => {
      if (this.#lent.get(branchId)?.to === from) this.#close(branchId);
    });
    this.#answer('openWayIn', (request, from) => this.#openWayIn(request, from));
    this.#answer('connectWayIn', ({ wayInId, dtlsParameters }, from) =>
      this.#with(wayInId, from).connect(wayInId, dtlsParameters),
    );
    this.#answer('restartIce', ({ wayInId }, from) =>
      this.#with(wayInId, from).restartIce(wayInId),
    );
    this.#answer('closeWayIn', ({ wayInId }, from) => this.#closeWayIn(wayInId, from));
    const { unusedMs = UNUSED_MS } = options;
    const lookMs = Math.min(LOOK_MS, unusedMs);
    this.#looking = setInterval(() => this.#endUnused(unusedMs), lookMs).unref();
  }

  /** Idempotent. Who listens here is told by the servers of their rooms. */
  close(): void {
    clearInterval(this.#looking);
    for (const branchId of [...this.#lent.keys()]) this.#end(branchId);
  }

  async #open(request: NodeMessage<'openBranch'>, from: string) {
    const { pool, pipePlace, line, log, bounds } = this.#options;
    const { branchId } = request;
    const place = await pool.createRouter(
      () => this.#end(branchId),
      (load) => load.shareOf(bounds) < 1,
    );
    const branch = await LentBranch.create({ place, pipePlace, request, bounds });
    const unwatch = line.watch(from, () => this.#close(branchId));
    this.#lent.set(branchId, { to: from, branch, unwatch });
    log.info({ branchId, to: from }, 'lends a place to listen');
    return branch.end;
  }

  async #openWayIn({ branchId, ...request }: NodeMessage<'openWayIn'>, from: string) {
    const lent = this.#lent.get(branchId);
    if (lent?.to !== from) throw new Error('no such branch');
    const { wayInId } = request;
    const wayIn = await lent.branch.openWayIn(request, (isReachable) =>
      this.#options.line.tell(from, 'reachable', { wayInId, isReachable }),
    );
    const { transport, consumers } = wayIn.listening;
    return { transport, consumers, isFull: lent.branch.isFull };
  }

  #closeWayIn(wayInId: string, from: string): void {
    for (const [branchId, { to, branch }] of this.#lent) {
      if (to !== from || !branch.has(wayInId)) continue;
      branch.closeWayIn(wayInId);
      if (branch.isEmpty) this.#end(branchId);
    }
  }

  #with(wayInId: string, from: string): LentBranch {
    for (const { to, branch } of this.#lent.values()) {
      if (to === from && branch.has(wayInId)) return branch;
    }
    throw new Error('no such way in');
  }

  #endUnused(forMs: number): void {
    for (const [branchId, { to, branch }] of [...this.#lent]) {
      for (const wayInId of branch.closeUnused(forMs)) {
        this.#options.line.tell(to, 'wayInGone', { wayInId });
      }
      if (branch.isEmpty && branch.ageMs >= forMs) this.#end(branchId);
    }
  }

  /** Of this server's doing: who borrowed it is told. */
  #end(branchId: string): void {
    const lent = this.#lent.get(branchId);
    if (!lent) return;
    this.#options.line.tell(lent.to, 'branchGone', { branchId });
    this.#close(branchId);
  }

  #close(branchId: string): void {
    const lent = this.#lent.get(branchId);
    this.#lent.delete(branchId);
    lent?.unwatch();
    lent?.branch.close();
  }

  #answer<Name extends NodeMessageName>(
    name: Name,
    answer: (body: NodeMessage<Name>, from: string) => unknown,
  ): void {
    this.#options.line.answer(name, (body, from) =>
      answer(v.parse(NODE_MESSAGES[name], body) as NodeMessage<Name>, from),
    );
  }
}
