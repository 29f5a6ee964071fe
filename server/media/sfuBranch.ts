import type { Phrase, ProducerId } from '#protocol';
import type { DirectTransport, Router, WebRtcServer } from 'mediasoup/types';
import type { Branch, RoomSound, WayIn, WayInOptions } from './branch.ts';
import { orProtocolError } from './mediaError.ts';
import { PhraseChannel } from './phraseChannel.ts';
import { openTransport } from './transportOptions.ts';
import { SfuWayIn } from './wayIn.ts';
import type { WorkerLoad } from './workerLoad.ts';
import type { RoomRouter } from './workerPool.ts';

/** A Router of a room on a Worker of this machine, from which phrases are sent, too. */
export class SfuBranch implements Branch {
  readonly router: Router;
  readonly webRtcServer: WebRtcServer;
  readonly load: WorkerLoad;
  /** Where the server itself listens and speaks. */
  readonly direct: DirectTransport;
  readonly phrases: PhraseChannel;
  /** The Producers that were brought here from the home Router. */
  readonly #brought = new Map<ProducerId, Promise<void>>();

  /** Closes the Router where it fails. */
  static async create(place: RoomRouter): Promise<SfuBranch> {
    try {
      const direct = await place.router.createDirectTransport();
      return new SfuBranch({ ...place, direct, phrases: await PhraseChannel.create(direct) });
    } catch (error) {
      place.router.close();
      throw error;
    }
  }

  private constructor(parts: RoomRouter & { direct: DirectTransport; phrases: PhraseChannel }) {
    this.router = parts.router;
    this.webRtcServer = parts.webRtcServer;
    this.load = parts.load;
    this.direct = parts.direct;
    this.phrases = parts.phrases;
  }

  async openWayIn(options: WayInOptions & { readonly sound: RoomSound }): Promise<WayIn> {
    const { sound } = options;
    const transport = await orProtocolError('WRONG_STATE', () =>
      openTransport(this.router, this.webRtcServer),
    );
    const bring = (producerId: ProducerId) => this.#bring(producerId, sound.router);
    const { phrases, load } = this;
    return SfuWayIn.open({ transport, sound, phrases, load, bring }, options);
  }

  broadcast(phrase: Phrase): void {
    this.phrases.broadcast(phrase);
  }

  close(): void {
    this.router.close();
  }

  /** Once, however many ask at the same moment. One that closes takes what was brought of it along. */
  #bring(producerId: ProducerId, home: Router): Promise<void> {
    if (home === this.router) return Promise.resolve();
    const brought = this.#brought.get(producerId) ?? this.#pipe(producerId, home);
    this.#brought.set(producerId, brought);
    return brought;
  }

  async #pipe(producerId: ProducerId, home: Router): Promise<void> {
    try {
      const pipe = await home.pipeToRouter({ producerId, router: this.router, enableSctp: false });
      pipe.pipeProducer?.observer.on('close', () => this.#brought.delete(producerId));
    } catch (error) {
      this.#brought.delete(producerId);
      throw error;
    }
  }
}
