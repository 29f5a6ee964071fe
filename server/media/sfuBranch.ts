import type { Phrase, ProducerId } from '#protocol';
import type { DirectTransport, Router, WebRtcTransport } from 'mediasoup/types';
import type { Branch, WayInOptions } from './branch.ts';
import { orProtocolError } from './mediaError.ts';
import { PhraseChannel } from './phraseChannel.ts';
import { pipeProducer } from './producerPipe.ts';
import { openTransport } from './transportOptions.ts';
import { SfuWayIn } from './wayIn.ts';
import type { WorkerBounds, WorkerLoad } from './workerLoad.ts';
import type { RoomRouter } from './workerPool.ts';

export interface SfuBranchOptions {
  readonly bounds: WorkerBounds;
  /** Whether phrases come over the ways in: the server that has the room sends them. */
  readonly hasPhrases: boolean;
  /** Told when the last way in is closed. */
  readonly emptied: () => void;
}

interface Parts extends SfuBranchOptions {
  readonly place: RoomRouter;
  readonly direct: DirectTransport;
  readonly phrases: PhraseChannel;
}

/** A Router of a room on a Worker of this machine, from which phrases are sent, too. */
export class SfuBranch implements Branch {
  /** Where the server itself listens and speaks. */
  readonly direct: DirectTransport;
  readonly phrases: PhraseChannel;
  readonly #parts: Parts;
  readonly #waysIn = new Set<SfuWayIn>();
  #opening = 0;
  /** The Producers that were brought here from the home Router. */
  readonly #brought = new Map<ProducerId, Promise<void>>();

  /** Closes the Router where it fails. */
  static async create(place: RoomRouter, options: SfuBranchOptions): Promise<SfuBranch> {
    try {
      const direct = await place.router.createDirectTransport();
      const phrases = await PhraseChannel.create(direct);
      return new SfuBranch({ ...options, place, direct, phrases });
    } catch (error) {
      place.router.close();
      throw error;
    }
  }

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.direct = parts.direct;
    this.phrases = parts.phrases;
  }

  get router(): Router {
    return this.#parts.place.router;
  }

  get load(): WorkerLoad {
    return this.#parts.place.load;
  }

  /** How much of what its Worker is to bear that bears: 1 is full. */
  get share(): number {
    return this.load.shareOf(this.#parts.bounds);
  }

  get isFull(): boolean {
    return this.share >= 1;
  }

  async openWayIn(options: WayInOptions): Promise<SfuWayIn> {
    this.#opening += 1;
    try {
      const transport = await orProtocolError('WRONG_STATE', () => this.openTransport());
      const wayIn = await SfuWayIn.open({ transport, ...this.#around(options) }, options);
      this.#waysIn.add(wayIn);
      transport.observer.on('close', () => this.#remove(wayIn));
      return wayIn;
    } finally {
      this.#opening -= 1;
      this.#look();
    }
  }

  openTransport(): Promise<WebRtcTransport> {
    const { router, webRtcServer } = this.#parts.place;
    return openTransport(router, webRtcServer);
  }

  /** Its Worker died: who listens here is told. */
  lose(): void {
    for (const wayIn of [...this.#waysIn]) wayIn.lose();
  }

  broadcast(phrase: Phrase): void {
    this.phrases.broadcast(phrase);
  }

  close(): void {
    this.router.close();
  }

  #around({ sound }: WayInOptions) {
    const phrases = this.#parts.hasPhrases ? this.phrases : null;
    const { load } = this;
    const bring = (producerId: ProducerId) => this.#bring(producerId, sound.router);
    return { sound, phrases, load, bring };
  }

  #remove(wayIn: SfuWayIn): void {
    // Its Worker died: they are needed until they are told.
    if (this.router.closed) return;
    this.#waysIn.delete(wayIn);
    this.#look();
  }

  #look(): void {
    if (this.#waysIn.size === 0 && this.#opening === 0) this.#parts.emptied();
  }

  /** Once, however many ask at the same moment. A Producer that closes takes what was brought of it along. */
  #bring(producerId: ProducerId, home: Router): Promise<void> {
    if (home === this.router) return Promise.resolve();
    const brought = this.#brought.get(producerId) ?? this.#pipe(producerId, home);
    this.#brought.set(producerId, brought);
    return brought;
  }

  async #pipe(producerId: ProducerId, home: Router): Promise<void> {
    try {
      const producer = await pipeProducer(producerId, { from: home, to: this.router });
      producer.observer.on('close', () => this.#brought.delete(producerId));
    } catch (error) {
      this.#brought.delete(producerId);
      throw error;
    }
  }
}
