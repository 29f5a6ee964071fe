import type { DtlsParameters, IceParameters, RtpParameters } from '#protocol';
import type { RoomSound } from './branch.ts';
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

/** A Router of this server where an audience listens to a room of another one. */
export class LentBranch {
  readonly #parts: Parts;
  readonly #waysIn = new Map<string, SfuWayIn>();

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

  get isEmpty(): boolean {
    return this.#waysIn.size === 0;
  }

  async openWayIn(
    { wayInId, ...listen }: Omit<NodeMessage<'openWayIn'>, 'branchId'>,
    reachable: (isReachable: boolean) => void,
  ): Promise<SfuWayIn> {
    const { place, sound } = this.#parts;
    const transport = await openTransport(place.router, place.webRtcServer);
    const bring = () => Promise.resolve();
    const wayIn = await SfuWayIn.open(
      { transport, sound, phrases: null, bring, load: place.load },
      // Who asked hears of the Worker's end by the branch's.
      { ...listen, sound, hearing: 'slots', events: { reachable, consumerClosed() {}, lost() {} } },
    );
    this.#waysIn.set(wayInId, wayIn);
    return wayIn;
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
    this.#waysIn.get(wayInId)?.close();
    this.#waysIn.delete(wayInId);
  }

  /** Idempotent. */
  close(): void {
    this.#parts.place.router.close();
  }

  #required(wayInId: string): SfuWayIn {
    const wayIn = this.#waysIn.get(wayInId);
    if (!wayIn) throw new Error('no such way in');
    return wayIn;
  }
}
