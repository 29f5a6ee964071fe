import { PeerInfoSchema, type PeerChange, type PeerId, type PeerInfo } from '#protocol';
import type { RosterChange } from './roomEvents.ts';

/** What changes of a roster came to: first who left, then who changed, then who joined. */
export interface RosterSum {
  readonly left: PeerId[];
  readonly changed: PeerChange[];
  readonly joined: PeerInfo[];
}

/** Sums up changes of a roster, right also for who has a snapshot of the midst of them. */
export class RosterBatch {
  readonly #joined = new Map<PeerId, PeerInfo>();
  readonly #changed = new Map<PeerId, { keys: Set<keyof PeerInfo>; now: PeerInfo }>();
  readonly #left = new Set<PeerId>();

  add(change: RosterChange): void {
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

  /** The sum so far, from which the next begins anew. */
  take(): RosterSum {
    const sum = {
      left: [...this.#left],
      changed: [...this.#changed.values()].map(({ keys, now }) => changeOf(now, keys)),
      joined: [...this.#joined.values()],
    };
    this.#left.clear();
    this.#changed.clear();
    this.#joined.clear();
    return sum;
  }
}

const KEYS = Object.keys(PeerInfoSchema.entries) as (keyof PeerInfo)[];

function changeOf(now: PeerInfo, keys: ReadonlySet<keyof PeerInfo>): PeerChange {
  const change = Object.fromEntries([...keys].map((key) => [key, now[key]]));
  return { ...change, peerId: now.peerId };
}
