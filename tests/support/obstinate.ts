import type { DirectTransport } from 'mediasoup/types';
import type { PeerId, ProducerId } from '#protocol';
import { rtpParameters } from './builders.ts';
import type { MediaHouse } from './mediaRoom.ts';
import type { NodePeer } from './nodePeer.ts';
import { sendPlainRtp, takePlainRtp } from './plainRtp.ts';

/** Below what a microphone is removed for, and dense enough to time the last packet by. */
const PACKETS_PER_SECOND = 250;

/** Somebody on stage who goes on sending whatever they are told, and an ear that notes what the SFU passes on of it. */
export class Obstinate {
  readonly peer: NodePeer;
  readonly #plain: ReturnType<typeof takePlainRtp>;
  #ear: DirectTransport | null = null;
  #stop: () => void = () => {};
  /** How many packets were passed on of what is sent now, and when the last was: performance.now(). */
  passedOn = 0;
  lastMs = 0;

  /** To be made before the room opens. */
  constructor(house: MediaHouse) {
    this.#plain = takePlainRtp(house);
    this.peer = house.visitor('speaker', 'Dora');
  }

  get peerId(): PeerId {
    return this.peer.peerId;
  }

  /** Builds a way out, connects a microphone, and sends. */
  async send(mutes = 0): Promise<void> {
    this.#plain.begin();
    await this.peer.request('createTransport', {});
    const { producerId } = await this.peer.request('produce', {
      ...{ rtpParameters: rtpParameters(), muted: false, mutes },
    });
    await this.#listen(producerId);
    this.#stop = sendPlainRtp(this.#plain.port(), PACKETS_PER_SECOND);
  }

  /** Idempotent. */
  rest(): void {
    this.#stop();
    this.#stop = () => {};
    this.#ear?.close();
  }

  async #listen(producerId: ProducerId): Promise<void> {
    const router = this.#plain.router();
    this.#ear = await router.createDirectTransport();
    const { rtpCapabilities } = router;
    const consumer = await this.#ear.consume({ producerId, rtpCapabilities });
    this.passedOn = 0;
    consumer.on('rtp', () => {
      this.passedOn += 1;
      this.lastMs = performance.now();
    });
  }
}
