import type { DtlsParameters, IceParameters, RtpParameters } from '#protocol';
import type { RoomSound, WayInEvents, WayInOptions } from './branch.ts';
import type { NodeMessage, PipeEnd } from './nodeMessages.ts';
import { NodePipe, type PipePlace } from './nodePipe.ts';
import { openTransport } from './transportOptions.ts';
import { SfuWayIn } from './wayIn.ts';
import type { WorkerBounds } from './workerLoad.ts';
import type { RoomRouter } from './workerPool.ts';

interface Parts {
  readonly place: RoomRouter;
  readonly pipe: NodePipe;
  readonly sound: RoomSound;
  readonly bounds: WorkerBounds;
}

interface Lent {
  readonly wayIn: SfuWayIn;
  /** Since when nobody answers at its other end; null while somebody does. */
  unusedMs: number | null;
}

/** A Router of this server where an audience listens to a room of another one. */
export class LentBranch {
  readonly #parts: Parts;
  readonly #waysIn = new Map<string, Lent>();
  readonly #openedMs = performance.now();
  #opening = 0;

  /** Closes the Router where it fails. */
  static async create(options: {
    place: RoomRouter;
    pipePlace: PipePlace;
    bounds: WorkerBounds;
    request: NodeMessage<'openBranch'>;
  }): Promise<LentBranch> {
    const { place, pipePlace, bounds, request } = options;
    try {
      const pipe = await NodePipe.open(place.router, pipePlace);
      await pipe.connect(request.end);
      const receive = (piped: { producerId: string; rtpParameters: RtpParameters }) =>
        pipe.receive(piped.producerId, piped.rtpParameters);
      const [slots, voice] = await Promise.all([
        Promise.all(request.slots.map(receive)),
        request.voice && receive(request.voice),
      ]);
      const sound = { router: place.router, voice, slots, isAudible: () => true };
      return new LentBranch({ place, pipe, sound, bounds });
    } catch (error) {
      place.router.close();
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  get end(): PipeEnd {
    return this.#parts.pipe.end;
  }

  get isFull(): boolean {
    return this.#parts.place.load.shareOf(this.#parts.bounds) >= 1;
  }

  /** Whether nobody listens here, or is about to. */
  get isEmpty(): boolean {
    return this.#waysIn.size === 0 && this.#opening === 0;
  }

  get ageMs(): number {
    return performance.now() - this.#openedMs;
  }

  async openWayIn(
    request: Omit<NodeMessage<'openWayIn'>, 'branchId'>,
    reachable: (isReachable: boolean) => void,
  ): Promise<SfuWayIn> {
    const { wayInId, ...listen } = request;
    const use = { unusedMs: performance.now() as number | null };
    const events: WayInEvents = {
      reachable: (isReachable) => {
        use.unusedMs = isReachable ? null : performance.now();
        reachable(isReachable);
      },
      consumerClosed() {},
      // Who asked hears of the Worker's end by the branch's.
      lost() {},
    };
    this.#opening += 1;
    try {
      const wayIn = await this.#open({ ...listen, events });
      this.#waysIn.set(wayInId, Object.assign(use, { wayIn }));
      return wayIn;
    } finally {
      this.#opening -= 1;
    }
  }

  connect(wayInId: string, dtlsParameters: DtlsParameters): Promise<void> {
    return this.#required(wayInId).connect(dtlsParameters);
  }

  restartIce(wayInId: string): Promise<IceParameters> {
    return this.#required(wayInId).restartIce();
  }

  has(wayInId: string): boolean {
    return this.#waysIn.has(wayInId);
  }

  closeWayIn(wayInId: string): void {
    this.#waysIn.get(wayInId)?.wayIn.close();
    this.#waysIn.delete(wayInId);
  }

  /** Closes the ways in at whose other end nobody has answered for so long, and returns which. */
  closeUnused(forMs: number): string[] {
    const beforeMs = performance.now() - forMs;
    const unused = [...this.#waysIn].filter(([, it]) => (it.unusedMs ?? Infinity) <= beforeMs);
    for (const [wayInId] of unused) this.closeWayIn(wayInId);
    return unused.map(([wayInId]) => wayInId);
  }

  /** Idempotent. */
  close(): void {
    this.#parts.place.router.close();
  }

  async #open(options: Omit<WayInOptions, 'sound' | 'hearing'>): Promise<SfuWayIn> {
    const { place, sound } = this.#parts;
    const transport = await openTransport(place.router, place.webRtcServer);
    const bring = () => Promise.resolve();
    const parts = { transport, sound, phrases: null, bring, load: place.load };
    return SfuWayIn.open(parts, { ...options, sound, hearing: 'slots' });
  }

  #required(wayInId: string): SfuWayIn {
    const wayIn = this.#waysIn.get(wayInId)?.wayIn;
    if (!wayIn) throw new Error('no such way in');
    return wayIn;
  }
}
