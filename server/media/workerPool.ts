import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createWorker } from 'mediasoup';
import type { Router, RouterRtpCodecCapability, WebRtcServer, Worker } from 'mediasoup/types';
import type { RtpCapabilities } from '#protocol';
import type { Log } from '../session/ports.ts';
import { withBindCode } from './bindError.ts';
import { rtpCapabilitiesOf } from './rtpCapabilities.ts';
import { WorkerLoad, byLoad } from './workerLoad.ts';

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

/** How long a Router waits for a worker that is being replaced, so that its rooms do not all crowd onto another. */
const REPLACEMENT_PATIENCE_MS = 1_000;
/** Between attempts to start a worker in the place of one that died. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

/** How often each worker is asked what it has used of the CPU. */
const MEASURE_MS = 1_000;

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

/** A Router, the ports of its Worker, and what that Worker has to do. */
export interface RoomRouter {
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
  readonly load: WorkerLoad;
}

interface Slot {
  readonly worker: Worker;
  readonly webRtcServer: WebRtcServer;
  readonly load: WorkerLoad;
}

/** The mediasoup Workers, each with one WebRtcServer: one UDP and one TCP port for all its peers. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots: Slot[] = [];
  readonly #replacements = new Set<Promise<void>>();
  #rtpCapabilities: RtpCapabilities | null = null;
  #measuring: NodeJS.Timeout | undefined;
  #closed = false;

  static async create(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      for (let index = 0; index < options.count; index += 1) await pool.#start(index);
      await pool.#learnCapabilities();
      pool.#measuring = setInterval(() => pool.#measure(), MEASURE_MS).unref();
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

  /** What each Router takes. */
  get rtpCapabilities(): RtpCapabilities {
    if (!this.#rtpCapabilities) throw new Error('no worker has run yet');
    return this.#rtpCapabilities;
  }

  /**
   * A Router on the worker that has the least to do. `died` tells when that ends unexpectedly.
   * @param isFit which workers are asked; rejects where none is
   */
  async createRouter(
    died: () => void,
    isFit: (load: WorkerLoad) => boolean = () => true,
  ): Promise<RoomRouter> {
    // Who is told that a Router's worker is gone is told before the pool is.
    await null;
    await this.#replaced();
    const [slot] = this.#slots
      .filter(({ load }) => isFit(load))
      .toSorted((one, other) => byLoad(one.load, other.load));
    if (!slot) throw new Error('no mediasoup worker is running, or fit');
    slot.load.routers += 1;
    try {
      const router = await slot.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
      router.observer.on('close', () => (slot.load.routers -= 1));
      router.on('workerclose', () => {
        if (!this.#closed) died();
      });
      return { router, webRtcServer: slot.webRtcServer, load: slot.load };
    } catch (error) {
      slot.load.routers -= 1;
      throw error;
    }
  }

  /** Ends every worker process; resolves when they are gone. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#measuring);
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
    // The pool closed meanwhile, and with it the workers that it had then.
    if (this.#closed) return worker.close();
    const slot: Slot = { worker, webRtcServer, load: new WorkerLoad() };
    this.#slots.push(slot);
    log.info({ pid: worker.pid, index }, 'media worker started');
    worker.on('died', (err) => {
      this.#slots.splice(this.#slots.indexOf(slot), 1);
      log.error({ pid: worker.pid, index, err }, 'media worker died');
      this.#replace(index);
    });
  }

  #measure(): void {
    for (const { worker, load } of this.#slots) {
      worker.getResourceUsage().then(
        ({ ru_utime, ru_stime }) => load.measured(ru_utime + ru_stime, performance.now()),
        () => {
          // It ended meanwhile.
        },
      );
    }
  }

  async #learnCapabilities(): Promise<void> {
    const { router } = await this.createRouter(() => {});
    this.#rtpCapabilities = rtpCapabilitiesOf(router);
    router.close();
  }

  /** Resolves when no worker is being replaced, or that takes too long. */
  async #replaced(): Promise<void> {
    if (this.#replacements.size === 0) return;
    const patience = delay(REPLACEMENT_PATIENCE_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#replacements), patience]);
  }

  #replace(index: number): void {
    const replacement = this.#startUntilItRuns(index).finally(() =>
      this.#replacements.delete(replacement),
    );
    this.#replacements.add(replacement);
  }

  async #startUntilItRuns(index: number): Promise<void> {
    for (let retryMs = RETRY_MIN_MS; !this.#closed; retryMs = Math.min(2 * retryMs, RETRY_MAX_MS)) {
      try {
        return await this.#start(index);
      } catch (err) {
        this.#options.log.error({ index, retryMs, err }, 'media worker could not be restarted');
        await delay(retryMs, undefined, { ref: false });
      }
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
