import { briefly, type PeerChange, type PeerId, type ServerNotifications } from '#protocol';
import type * as v from 'valibot';
import type { RosterChange } from '../domain/roomEvents.ts';
import { RosterBatch } from '../domain/rosterBatch.ts';
import type { Clock } from './ports.ts';

/** What happens within so long is told together: a crowd that comes in costs a message each tenth of a second. */
const BATCH_MS = 100;
/** How many there are, where nothing but that is different. */
const COUNT_MS = 1_000;

export type RosterNotice = v.InferInput<ServerNotifications['rosterChanged']>;

interface Options {
  readonly clock: Clock;
  /** How many only listen at this moment. */
  readonly audience: () => number;
  /** @param own what concerns one of those who are told, and nobody else */
  readonly tell: (notice: RosterNotice, own: ReadonlyMap<PeerId, PeerChange>) => void;
  /** 0 tells of each change by itself and at once. */
  readonly batchMs?: number;
}

/** What a change of the roster is to those who are told of it. */
interface Noted {
  readonly revision: number;
  readonly changes: readonly RosterChange[];
  /** To be told to the one alone whom it concerns. */
  readonly own?: RosterChange | null;
}

/** Gathers who came, changed and left, as some people are told of it, and tells it in what it came to. */
export class RosterNews {
  readonly #options: Options;
  readonly #batch = new RosterBatch();
  readonly #own = new RosterBatch();
  /** The first and the last change that are gathered; null while there are none. */
  #span: { first: number; last: number } | null = null;
  #isDueSoon = false;
  #cancel: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  take({ revision, changes, own = null }: Noted): void {
    for (const change of changes) this.#batch.add(change);
    if (own) this.#own.add(own);
    const isFirst = this.#span === null;
    this.#span = { first: this.#span?.first ?? revision, last: revision };
    const isMoreThanCount = changes.length > 0 || own !== null;
    const { batchMs = BATCH_MS } = this.#options;
    if (batchMs === 0) this.flush();
    else if (isMoreThanCount && !this.#isDueSoon) this.#flushIn(batchMs);
    else if (isFirst) this.#flushIn(COUNT_MS);
    this.#isDueSoon = this.#span !== null && (this.#isDueSoon || isMoreThanCount);
  }

  /** Tells what there is: what is numbered after it must come after it. */
  flush(): void {
    if (!this.#span) return;
    this.#cancel();
    const { first, last } = this.#span;
    this.#span = null;
    this.#isDueSoon = false;
    const { left, changed, joined } = this.#batch.take();
    const own = new Map(this.#own.take().changed.map((change) => [change.peerId, change]));
    const notice: RosterNotice = {
      ...{ revision: last, since: first - 1, left, changed },
      joined: joined.map(briefly),
      audience: this.#options.audience(),
    };
    this.#options.tell(notice, own);
  }

  /** Idempotent. */
  close(): void {
    this.#cancel();
  }

  #flushIn(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, () => this.flush());
  }
}
