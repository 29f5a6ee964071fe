import type { RoomId } from '#protocol';
import type { MediaEngine, MediaRoom, MediaRoomEvents } from '../session/ports.ts';
import { SfuRoom } from './mediaRoom.ts';
import type { WorkerPool } from './workerPool.ts';

/** Opens the media side of rooms on a pool of mediasoup Workers. */
export class SfuEngine implements MediaEngine {
  readonly #pool: WorkerPool;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  openRoom(_roomId: RoomId, events: MediaRoomEvents): Promise<MediaRoom> {
    return SfuRoom.create(this.#pool, events);
  }
}
