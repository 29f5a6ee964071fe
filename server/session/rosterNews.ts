import {
  PeerInfoSchema,
  briefly,
  type PeerChange,
  type PeerId,
  type PeerInfo,
  type ServerNotifications,
} from '#protocol';
import type * as v from 'valibot';
import type { RosterChange } from '../domain/roomEvents.ts';
import type { Clock } from './ports.ts';

/** What happens within so long is told together: a crowd that comes in costs a message each tenth of a second. */
const BATCH_MS = 100;

export type RosterBatch = v.InferInput<ServerNotifications['rosterChanged']>;

interface Options {
  readonly clock: Clock;
  /** How many only listen at this moment. */
  readonly audience: () => number;
  readonly tell: (batch: RosterBatch) => void;
  /** 0 tells of each change by itself and at once. */
  readonly batchMs?: number;
}

/** Gathers who came, changed and left, and tells it in what it came to. */
export class RosterNews {
  readonly #options: Options;
  readonly #joined = new Map<PeerId, PeerInfo>();
  readonly #changed = new Map<PeerId, { keys: Set<keyof PeerInfo>; now: PeerInfo }>();
  readonly #left = new Set<PeerId>();
  /** The first and the last change that are gathered; null while there are none. */
  #span: { first: number; last: number } | null = null;
  #cancel: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  take(change: RosterChange & { readonly revision: number }): void {
    this.#note(change);
    const { revision } = change;
    const isFirst = this.#span === null;
    this.#span = { first: this.#span?.first ?? revision, last: revision };
    const { clock, batchMs = BATCH_MS } = this.#options;
    if (batchMs === 0) this.flush();
    else if (isFirst) this.#cancel = clock.after(batchMs, () => this.flush());
  }

  /** Tells what there is: what is numbered after it must come after it. */
  flush(): void {
    if (!this.#span) return;
    this.#cancel();
    const { first, last } = this.#span;
    const batch: RosterBatch = {
      revision: last,
      since: first - 1,
      left: [...this.#left],
      changed: [...this.#changed.values()].map(({ keys, now }) => changeOf(now, keys)),
      joined: [...this.#joined.values()].map(briefly),
      audience: this.#options.audience(),
    };
    this.#span = null;
    this.#left.clear();
    this.#changed.clear();
    this.#joined.clear();
    this.#options.tell(batch);
  }

  /** Idempotent. */
  close(): void {
    this.#cancel();
  }

  #note(change: RosterChange): void {
    switch (change.type) {
      case 'peerJoined':
        this.#joined.set(change.peer.peerId, change.peer);
        break;
      case 'peerChanged': {
        const { peer, before } = change;
        if (this.#joined.has(peer.peerId)) this.#joined.set(peer.peerId, peer);
        else {
          // Also what is as it was before: a snapshot may have been taken in between.
          const keys = this.#changed.get(peer.peerId)?.keys ?? new Set();
          for (const key of KEYS) if (before[key] !== peer[key]) keys.add(key);
          this.#changed.set(peer.peerId, { keys, now: peer });
        }
        break;
      }
      case 'peerLeft':
        this.#changed.delete(change.peerId);
        this.#joined.delete(change.peerId);
        // Also who came in this batch: a snapshot may have been taken in between.
        this.#left.add(change.peerId);
    }
  }
}

const KEYS = Object.keys(PeerInfoSchema.entries) as (keyof PeerInfo)[];

function changeOf(now: PeerInfo, keys: ReadonlySet<keyof PeerInfo>): PeerChange {
  const change = Object.fromEntries([...keys].map((key) => [key, now[key]]));
  return { ...change, peerId: now.peerId };
}
