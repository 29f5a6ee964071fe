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

export type OwnChanges = ReadonlyMap<PeerId, PeerChange>;

interface Options {
  readonly clock: Clock;
  /** How many only listen at this moment. */
  readonly audience: () => number;
  /** @param own what each of those who are told is to know of themselves, and nobody else */
  readonly tell: (notice: RosterNotice, own: OwnChanges) => void;
  /** There is nothing else: the others are told that in their time. */
  readonly tellOwn?: (notice: RosterNotice, own: OwnChanges) => void;
  /** 0 tells of each change by itself and at once. */
  readonly batchMs?: number;
}

/** What a change of the roster is to those who are told of it. */
interface Noted {
  readonly revision: number;
  readonly changes: readonly RosterChange[];
  /** To be told to the one whom it concerns, in any case. */
  readonly own?: RosterChange | null;
}

/** Gathers who came, changed and left, as some people are told of it, and tells it in what it came to. */
export class RosterNews {
  readonly #options: Options;
  readonly #batch = new RosterBatch();
  readonly #own = new RosterBatch();
  /** The first and the last change that are gathered; null while there are none. */
  #span: { first: number; last: number } | null = null;
  /** Whether any of it is more than how many there are. */
  #isDueSoon = false;
  #cancel: () => void = () => {};
  /** Set while there is something to be told to some alone. */
  #cancelOwn: (() => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  take({ revision, changes, own = null }: Noted): void {
    for (const change of changes) this.#batch.add(change);
    if (own) this.#own.add(own);
    const isFirst = this.#span === null;
    this.#span = { first: this.#span?.first ?? revision, last: revision };
    const { batchMs = BATCH_MS } = this.#options;
    if (batchMs === 0) return this.flush();
    if (changes.length > 0 && !this.#isDueSoon) {
      this.#isDueSoon = true;
      this.#flushIn(batchMs);
    } else if (isFirst) this.#flushIn(COUNT_MS);
    if (own && !this.#isDueSoon) this.#tellOwnIn(batchMs);
  }

  /** Tells what there is: what is numbered after it must come after it. */
  flush(): void {
    const { left, changed, joined } = this.#batch.take();
    const notice = this.#notice({ left, changed, joined: joined.map(briefly) });
    if (!notice) return;
    this.close();
    this.#span = null;
    this.#isDueSoon = false;
    this.#options.tell(notice, this.#takeOwn());
  }

  /** Idempotent. */
  close(): void {
    this.#cancel();
    this.#cancelOwn?.();
    this.#cancelOwn = null;
  }

  #flushIn(ms: number): void {
    // It has what is to be told to some alone, too.
    this.close();
    this.#cancel = this.#options.clock.after(ms, () => this.flush());
  }

  #tellOwnIn(ms: number): void {
    this.#cancelOwn ??= this.#options.clock.after(ms, () => {
      this.#cancelOwn = null;
      const notice = this.#notice({ left: [], changed: [], joined: [] });
      if (notice) this.#options.tellOwn?.(notice, this.#takeOwn());
    });
  }

  /** Null where nothing has happened. */
  #notice(sum: Pick<RosterNotice, 'left' | 'changed' | 'joined'>): RosterNotice | null {
    if (!this.#span) return null;
    const { first, last } = this.#span;
    return { revision: last, since: first - 1, ...sum, audience: this.#options.audience() };
  }

  #takeOwn(): OwnChanges {
    return new Map(this.#own.take().changed.map((change) => [change.peerId, change]));
  }
}
