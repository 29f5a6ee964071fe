import { once } from 'node:events';
import { createWorker } from 'mediasoup';
import type { Router, RouterRtpCodecCapability, WebRtcServer, Worker } from 'mediasoup/types';
import type { Log } from '../session/ports.ts';
import { withBindCode } from './bindError.ts';

/** In-band FEC and DTX: lost packets are mended from the next one, silence costs almost nothing. */
const MEDIA_CODECS: RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
    rtcpFeedback: [{ type: 'nack' }, { type: 'transport-cc' }],
  },
];

export interface WorkerPoolOptions {
  readonly workerBinary: string;
  readonly count: number;
  /** Address to bind, and the one that clients are told when it differs. */
  readonly listenIp: string;
  readonly announcedAddress: string | undefined;
  /** UDP and TCP port of the first worker; the next ones count up. 0 takes any free ones. */
  readonly rtcPort: number;
  readonly log: Log;
}

interface Slot {
  readonly worker: Worker;
  readonly webRtcServer: WebRtcServer;
  routers: number;
}

/** The mediasoup Workers, each with one WebRtcServer: one UDP and one TCP port for all its peers. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: Slot[] = [];
  #closed = false;

  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      for (let index = 0; index < options.count; index += 1) await pool.#start(index);
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Process ids of the workers, for whoever measures them. */
  get pids(): number[] {
    return this.#slots.map(({ worker }) => worker.pid);
  }

  /** A Router on the worker that has the fewest. `died` tells when its worker ends unexpectedly. */
  async createRouter(died: () => void): Promise<{ router: Router; webRtcServer: WebRtcServer }> {
    const slot = this.#slots.reduce<Slot | undefined>(
      (least, next) => (least && least.routers <= next.routers ? least : next),
      undefined,
    );
    if (!slot) throw new Error('no mediasoup worker is running');
    slot.routers += 1;
    try {
      const router = await slot.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
      router.observer.on('close', () => (slot.routers -= 1));
      router.on('workerclose', () => {
        if (!this.#closed) died();
      });
      return { router, webRtcServer: slot.webRtcServer };
    } catch (error) {
      slot.routers -= 1;
      throw error;
    }
  }

  /** Ends every worker process; resolves when they are gone. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const gone = this.#slots.splice(0).map(({ worker }) => {
      const ended = once(worker, 'subprocessclose');
      worker.close();
      return ended;
    });
    await Promise.all(gone);
  }

  async #start(index: number): Promise<void> {
    const { workerBinary, listenIp, announcedAddress, rtcPort, log } = this.#options;
    const worker = await keptThroughSignals(() =>
      createWorker({ workerBin: workerBinary, logLevel: 'warn' }),
    );
    const listen = {
      ip: listenIp,
      ...(announcedAddress === undefined ? {} : { announcedAddress }),
      ...(rtcPort === 0 ? {} : { port: rtcPort + index }),
    };
    const webRtcServer = await worker
      .createWebRtcServer({
        listenInfos: [
          { protocol: 'udp', ...listen },
          { protocol: 'tcp', ...listen },
        ],
      })
      .catch((error: unknown) => {
        worker.close();
        throw withBindCode(error);
      });
    const slot: Slot = { worker, webRtcServer, routers: 0 };
    this.#slots.push(slot);
    log.info({ pid: worker.pid, index }, 'media worker started');
    worker.on('died', (err) => {
      this.#slots.splice(this.#slots.indexOf(slot), 1);
      log.error({ pid: worker.pid, index, err }, 'media worker died');
      if (!this.#closed) void this.#restart(index);
    });
  }

  async #restart(index: number): Promise<void> {
    try {
      await this.#start(index);
    } catch (err) {
      this.#options.log.error({ index, err }, 'media worker could not be restarted');
    }
  }
}

/**
 * mediasoup closes its Workers on SIGINT and SIGTERM by itself, before the server has closed its
 * rooms: recordings would end as interrupted, and a Worker that is just being made would never be.
 * The pool's own `close` comes at the right moment. mediasoup listens before `create` returns.
 */
function keptThroughSignals(create: () => Promise<Worker>): Promise<Worker> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => new Set(process.listeners(signal)));
  const worker = create();
  for (const [index, signal] of signals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.has(listener)) process.off(signal, listener);
    }
  }
  return worker;
}
