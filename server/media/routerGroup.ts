import type { Phrase } from '#protocol';
import type { DirectTransport, Router, WebRtcTransport } from 'mediasoup/types';
import type { Borrow, Branch, RoomSound, WayIn, WayInOptions } from './branch.ts';
import type { PhraseChannel } from './phraseChannel.ts';
import { SfuBranch } from './sfuBranch.ts';
import type { WorkerBounds } from './workerLoad.ts';
import type { RoomRouter, WorkerPool } from './workerPool.ts';

export interface RouterGroupOptions {
  readonly pool: WorkerPool;
  /** From where on a Worker that has some of the room is not given more of it. */
  readonly bounds: WorkerBounds;
  /** Asked when all Workers of this machine are full. */
  readonly borrow: Borrow | null;
}

/**
 * The Routers of a room: its home, where all sound comes from, and branches on other Workers, or machines, for
 * as long as somebody listens there. Nothing else knows how many there are.
 */
export class RouterGroup {
  readonly #options: RouterGroupOptions;
  readonly #home: SfuBranch;
  readonly #branches = new Set<SfuBranch>();
  readonly #borrowed = new Set<Branch>();
  #sound: RoomSound | null = null;
  #opening: Promise<SfuBranch | null> | null = null;
  #borrowing: Promise<Branch | null> | null = null;
  #closed = false;

  /** @param died told when the home Worker is gone, and with it everything here */
  static async create(options: RouterGroupOptions, died: () => void): Promise<RouterGroup> {
    const { pool, bounds } = options;
    let group: RouterGroup | null = null;
    const place = await pool.createRouter(() => {
      group?.close();
      died();
    });
    const home = await SfuBranch.create(place, { bounds, hasPhrases: true, emptied() {} });
    group = new RouterGroup(options, home);
    return group;
  }

  private constructor(options: RouterGroupOptions, home: SfuBranch) {
    this.#options = options;
    this.#home = home;
  }

  /** Where all sound comes from. */
  get router(): Router {
    return this.#home.router;
  }

  /** Where the server itself listens and speaks. */
  get direct(): DirectTransport {
    return this.#home.direct;
  }

  /** Where phrases come in. */
  get phrases(): PhraseChannel {
    return this.#home.phrases;
  }

  /** What can be heard: said once, before anybody listens. */
  set sound(sound: RoomSound) {
    this.#sound = sound;
  }

  openWayOut(): Promise<WebRtcTransport> {
    return this.#home.openTransport();
  }

  /** At home while there is room, else where there is. */
  async openWayIn(options: Omit<WayInOptions, 'sound'>): Promise<WayIn> {
    const sound = this.#sound;
    if (!sound) throw new Error('nothing can be heard yet');
    const branch =
      this.#withRoom() ??
      (await this.#another()) ??
      (options.hearing === 'slots' ? await this.#elsewhere(sound) : null) ??
      this.#leastLoaded();
    return branch.openWayIn({ ...options, sound });
  }

  broadcast(phrase: Phrase): void {
    for (const branch of [this.#home, ...this.#branches]) branch.broadcast(phrase);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const branch of [this.#home, ...this.#branches, ...this.#borrowed]) branch.close();
    this.#branches.clear();
    this.#borrowed.clear();
  }

  #withRoom(): SfuBranch | null {
    if (!this.#home.isFull) return this.#home;
    const branch = this.#leastLoaded();
    return branch.isFull ? null : branch;
  }

  #leastLoaded(): SfuBranch {
    return [...this.#branches].reduce(
      (least, next) => (next.share < least.share ? next : least),
      this.#home,
    );
  }

  /** A branch on a Worker where the room is not yet; null where none has room. */
  #another(): Promise<SfuBranch | null> {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open(): Promise<SfuBranch | null> {
    const { pool, bounds } = this.#options;
    const taken = new Set([this.#home, ...this.#branches].map(({ load }) => load));
    let branch: SfuBranch | null = null;
    const lost = () => {
      if (!branch) return;
      this.#branches.delete(branch);
      branch.lose();
    };
    const place = await pool
      .createRouter(lost, (load) => !taken.has(load) && load.shareOf(bounds) < 1)
      .catch(() => null);
    if (!place) return null;
    branch = await this.#branchAt(place);
    return branch;
  }

  async #branchAt(place: RoomRouter): Promise<SfuBranch | null> {
    const { bounds } = this.#options;
    let branch: SfuBranch | null = null;
    const emptied = () => {
      if (branch && this.#branches.delete(branch)) branch.close();
    };
    branch = await SfuBranch.create(place, { bounds, hasPhrases: true, emptied }).catch(() => null);
    if (!branch) return null;
    if (this.#closed) branch.close();
    else this.#branches.add(branch);
    return branch;
  }

  /** A branch on another machine; null where there is none to be had. */
  async #elsewhere(sound: RoomSound): Promise<Branch | null> {
    const borrowed = [...this.#borrowed].find(({ isFull }) => !isFull);
    if (borrowed) return borrowed;
    this.#borrowing ??= this.#borrow(sound).finally(() => (this.#borrowing = null));
    return this.#borrowing;
  }

  async #borrow(sound: RoomSound): Promise<Branch | null> {
    let [isGone, branch] = [false, null as Branch | null];
    const gone = () => {
      isGone = true;
      if (branch) this.#borrowed.delete(branch);
    };
    branch = (await this.#options.borrow?.(sound, gone).catch(() => null)) ?? null;
    if (!branch || isGone) return null;
    if (this.#closed) branch.close();
    else this.#borrowed.add(branch);
    return branch;
  }
}
