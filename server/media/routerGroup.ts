import type { Phrase } from '#protocol';
import type { DirectTransport, Router, WebRtcTransport } from 'mediasoup/types';
import type { RoomSound, WayIn, WayInOptions } from './branch.ts';
import type { PhraseChannel } from './phraseChannel.ts';
import { SfuBranch } from './sfuBranch.ts';
import { openTransport } from './transportOptions.ts';
import type { WorkerPool } from './workerPool.ts';

/** The Routers of a room: its home, where all sound comes from, and those that help it to reach an audience. */
export class RouterGroup {
  readonly #home: SfuBranch;
  #sound: RoomSound | null = null;

  static async create(pool: WorkerPool, died: () => void): Promise<RouterGroup> {
    return new RouterGroup(await SfuBranch.create(await pool.createRouter(died)));
  }

  private constructor(home: SfuBranch) {
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

  get phrases(): PhraseChannel {
    return this.#home.phrases;
  }

  /** What can be heard: said once, before anybody listens. */
  set sound(sound: RoomSound) {
    this.#sound = sound;
  }

  openWayOut(): Promise<WebRtcTransport> {
    return openTransport(this.#home.router, this.#home.webRtcServer);
  }

  async openWayIn(options: WayInOptions): Promise<WayIn> {
    if (!this.#sound) throw new Error('nothing can be heard yet');
    return this.#home.openWayIn({ ...options, sound: this.#sound });
  }

  broadcast(phrase: Phrase): void {
    this.#home.broadcast(phrase);
  }

  close(): void {
    this.#home.close();
  }
}
