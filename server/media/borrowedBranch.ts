import type { IceParameters } from '#protocol';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { NodeLine } from '../session/ports.ts';
import type { Branch, WayIn, WayInEvents, WayInOptions } from './branch.ts';
import { BorrowedWayIn } from './borrowedWayIn.ts';
import { IceParametersSchema, LentListeningSchema } from './nodeMessages.ts';
import { orProtocolError } from './mediaError.ts';
import type { NodePipe } from './nodePipe.ts';

interface Parts {
  readonly branchId: string;
  readonly nodeId: string;
  readonly line: NodeLine;
  readonly pipe: NodePipe;
  /** Told once, when it is of no use any more. */
  readonly gone: () => void;
}

/** A place on another server where people listen to a room of this one. */
export class BorrowedBranch implements Branch {
  readonly #parts: Parts;
  readonly #waysIn = new Map<string, WayInEvents>();
  readonly #unwatch: () => void;
  #opening = 0;
  #isFull = false;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#unwatch = parts.line.watch(parts.nodeId, () => this.lose());
  }

  get isFull(): boolean {
    // Where nobody can be asked nobody can be let in there: who is goes on hearing.
    return this.#closed || this.#isFull || !this.#parts.line.others.includes(this.#parts.nodeId);
  }

  async openWayIn({ rtpCapabilities, dtlsParameters, events }: WayInOptions): Promise<WayIn> {
    const { branchId } = this.#parts;
    const wayInId = randomUUID();
    this.#opening += 1;
    this.#waysIn.set(wayInId, events);
    try {
      const asked = {
        branchId,
        wayInId,
        rtpCapabilities,
        ...(dtlsParameters && { dtlsParameters }),
      };
      const answer = await orProtocolError('WRONG_STATE', () => this.#ask('openWayIn', asked));
      const { isFull, ...listening } = v.parse(LentListeningSchema, answer);
      this.#isFull = isFull;
      return new BorrowedWayIn({
        listening: { ...listening, phraseChannel: null },
        connect: async (dtlsParameters) => {
          await this.#ask('connectWayIn', { wayInId, dtlsParameters });
        },
        restartIce: () => this.#restartIce(wayInId),
        close: () => this.#closeWayIn(wayInId),
      });
    } catch (error) {
      this.#closeWayIn(wayInId);
      throw error;
    } finally {
      this.#opening -= 1;
      this.#look();
    }
  }

  reachable(wayInId: string, isReachable: boolean): void {
    this.#waysIn.get(wayInId)?.reachable(isReachable);
  }

  /** Its server has taken back one way in. */
  wayInGone(wayInId: string): void {
    this.#waysIn.get(wayInId)?.lost();
  }

  /** Its server is gone, or took it back: who listens there is told. */
  lose(): void {
    if (this.#closed) return;
    const listening = [...this.#waysIn.values()];
    this.#end();
    for (const events of listening) events.lost();
  }

  close(): void {
    if (this.#closed) return;
    const { line, nodeId, branchId } = this.#parts;
    line.tell(nodeId, 'closeBranch', { branchId });
    this.#end();
  }

  #end(): void {
    this.#closed = true;
    this.#waysIn.clear();
    this.#unwatch();
    this.#parts.pipe.close();
    this.#parts.gone();
  }

  async #restartIce(wayInId: string): Promise<IceParameters> {
    return v.parse(IceParametersSchema, await this.#ask('restartIce', { wayInId }));
  }

  #closeWayIn(wayInId: string): void {
    if (!this.#waysIn.delete(wayInId)) return;
    const { line, nodeId } = this.#parts;
    line.tell(nodeId, 'closeWayIn', { wayInId });
    this.#look();
  }

  #look(): void {
    if (this.#waysIn.size === 0 && this.#opening === 0) this.close();
  }

  #ask(name: string, body: unknown): Promise<unknown> {
    return this.#parts.line.ask(this.#parts.nodeId, name, body);
  }
}
