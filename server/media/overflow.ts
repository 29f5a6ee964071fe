import type { Log, NodeLine } from '../session/ports.ts';
import { Borrowing } from './borrowing.ts';
import type { Borrow } from './branch.ts';
import { Lending } from './lending.ts';
import type { PipePlace } from './nodePipe.ts';
import type { WorkerBounds } from './workerLoad.ts';
import type { WorkerPool } from './workerPool.ts';

/** Lets audiences that are too many for one server listen on others, and those of others here. */
export function openOverflow(options: {
  readonly line: NodeLine;
  readonly pool: WorkerPool;
  readonly pipePlace: PipePlace;
  readonly bounds: WorkerBounds;
  readonly log: Log;
  /** How long what was lent is kept for nobody. */
  readonly unusedMs?: number;
}): { readonly borrow: Borrow; close(): void } {
  const lending = new Lending(options);
  const { borrow } = new Borrowing(options);
  return { borrow, close: () => lending.close() };
}
