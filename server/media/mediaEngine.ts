import type { RoomId, RtpCapabilities } from '#protocol';
import type { MediaEngine, MediaRoom, MediaRoomEvents } from '../session/ports.ts';
import { SfuRoom, type SfuRoomOptions } from './mediaRoom.ts';
import { WORKER_BOUNDS } from './workerLoad.ts';
import type { WorkerPool } from './workerPool.ts';

const DEFAULTS = {
  slots: 3,
  audible: 10,
  hasVoice: true,
  bounds: WORKER_BOUNDS,
  borrow: null,
};

export type SfuEngineOptions = Partial<Omit<SfuRoomOptions, 'pool'>>;

/** Opens the media side of rooms on a pool of mediasoup Workers. */
export class SfuEngine implements MediaEngine {
  readonly #options: SfuRoomOptions;

  constructor(pool: WorkerPool, options: SfuEngineOptions = {}) {
    this.#options = { ...DEFAULTS, ...options, pool };
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.#options.pool.rtpCapabilities;
  }

  openRoom(_roomId: RoomId, events: MediaRoomEvents): Promise<MediaRoom> {
    return SfuRoom.create(this.#options, events);
  }
}
