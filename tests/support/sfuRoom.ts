import { makeRoomId } from '#server/ids.ts';
import { SfuEngine, type SfuEngineOptions } from '#server/media/mediaEngine.ts';
import { WorkerPool } from '#server/media/workerPool.ts';
import type { MediaRoom, MediaRoomEvents } from '#server/session/ports.ts';
import type { Router, Transport } from 'mediasoup/types';
import { workerBinary } from '../../scripts/worker/path.mjs';
import { MediaGuest } from './mediaGuest.ts';

const quiet = { info() {}, warn() {}, error() {} };

/** Real workers and rooms of sound alone on them. */
export class SfuHouse {
  readonly pool: WorkerPool;
  readonly engine: SfuEngine;
  /** Every Router, in the order in which they came, with what was piped to it. */
  readonly routers: { readonly router: Router; readonly piped: string[] }[] = [];
  deaths = 0;
  holders: readonly (string | null)[] = [];
  readonly #guests: MediaGuest[] = [];

  static async open(workers: number, options: SfuEngineOptions = {}): Promise<SfuHouse> {
    const pool = await WorkerPool.create({
      workerBinary: workerBinary(),
      count: workers,
      listenIp: '127.0.0.1',
      announcedAddress: undefined,
      rtcPort: 0,
      log: quiet,
    });
    return new SfuHouse(pool, options);
  }

  private constructor(pool: WorkerPool, options: SfuEngineOptions) {
    this.pool = pool;
    this.engine = new SfuEngine(pool, options);
    const createRouter = pool.createRouter.bind(pool);
    pool.createRouter = async (...given) => {
      const place = await createRouter(...given);
      this.#note(place.router);
      return place;
    };
  }

  openRoom(events: Partial<MediaRoomEvents> = {}): Promise<MediaRoom> {
    return this.engine.openRoom(makeRoomId(), {
      levels: () => {},
      dominantSpeaker: () => {},
      slotsChanged: (holders) => (this.holders = holders),
      died: () => (this.deaths += 1),
      ...events,
    });
  }

  async enter(room: MediaRoom): Promise<MediaGuest> {
    const guest = await MediaGuest.enter(this.engine, room);
    this.#guests.push(guest);
    return guest;
  }

  async close(): Promise<void> {
    for (const guest of this.#guests) guest.close();
    await this.pool.close();
  }

  #note(router: Router): void {
    const piped: string[] = [];
    this.routers.push({ router, piped });
    router.observer.on('newtransport', (transport: Transport) => {
      if (transport.type !== 'pipe') return;
      transport.observer.on('newproducer', ({ id }) => piped.push(id));
    });
  }
}
