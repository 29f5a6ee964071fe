import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { ProducerId } from '#protocol';
import type { Producer } from 'mediasoup/types';
import type { Log, NodeLine } from '../session/ports.ts';
import { BorrowedBranch } from './borrowedBranch.ts';
import type { Branch, RoomSound } from './branch.ts';
import { NODE_MESSAGES, PipeEndSchema } from './nodeMessages.ts';
import { NodePipe, type PipePlace } from './nodePipe.ts';

/** Servers that are asked one after the other before people stay where it is crowded. */
const MAX_ASKED = 3;
/** One that had no room, or did not answer, is not asked again sooner: somebody waits for their sound. */
const REFUSAL_LASTS_MS = 5_000;

interface Options {
  readonly line: NodeLine;
  readonly pipePlace: PipePlace;
  readonly log: Log;
}

/** Finds places on other servers for the audience of rooms of this one. */
export class Borrowing {
  readonly #options: Options;
  readonly #borrowed = new Map<string, BorrowedBranch>();
  /** When other servers last refused. */
  readonly #refusedMs = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
    options.line.answer('branchGone', (body) => {
      const { branchId } = v.parse(NODE_MESSAGES.branchGone, body);
      this.#borrowed.get(branchId)?.lose();
    });
    options.line.answer('wayInGone', (body) => {
      const { wayInId } = v.parse(NODE_MESSAGES.wayInGone, body);
      for (const branch of this.#borrowed.values()) branch.wayInGone(wayInId);
    });
    options.line.answer('reachable', (body) => {
      const { wayInId, isReachable } = v.parse(NODE_MESSAGES.reachable, body);
      for (const branch of this.#borrowed.values()) branch.reachable(wayInId, isReachable);
    });
  }

  /** Null where no server has room. @see Borrow */
  borrow = async (sound: RoomSound, gone: () => void): Promise<Branch | null> => {
    for (const nodeId of this.#mayHaveRoom().slice(0, MAX_ASKED)) {
      const branch = await this.#from(nodeId, sound, gone).catch(() => null);
      if (branch) return branch;
      this.#refusedMs.set(nodeId, performance.now());
    }
    return null;
  };

  #mayHaveRoom(): string[] {
    const { others } = this.#options.line;
    for (const [nodeId, refusedMs] of this.#refusedMs) {
      if (performance.now() - refusedMs >= REFUSAL_LASTS_MS) this.#refusedMs.delete(nodeId);
    }
    return others.filter((nodeId) => !this.#refusedMs.has(nodeId));
  }

  async #from(nodeId: string, sound: RoomSound, gone: () => void): Promise<Branch> {
    const { line, pipePlace, log } = this.#options;
    const branchId = randomUUID();
    const pipe = await NodePipe.open(sound.router, pipePlace);
    try {
      const send = async (producer: Producer) => ({
        producerId: producer.id as ProducerId,
        rtpParameters: await pipe.send(producer),
      });
      const [slots, voice] = await Promise.all([
        Promise.all(sound.slots.map(send)),
        sound.voice && send(sound.voice),
      ]);
      const request = { branchId, end: pipe.end, voice, slots };
      await pipe.connect(v.parse(PipeEndSchema, await line.ask(nodeId, 'openBranch', request)));
    } catch (error) {
      pipe.close();
      line.tell(nodeId, 'closeBranch', { branchId });
      throw error;
    }
    log.info({ branchId, from: nodeId }, 'borrows a place to listen');
    const ended = () => {
      this.#borrowed.delete(branchId);
      gone();
    };
    const branch = new BorrowedBranch({ branchId, nodeId, line, pipe, gone: ended });
    this.#borrowed.set(branchId, branch);
    return branch;
  }
}
