import type { ProducerId, RtpParameters } from '#protocol';
import type { Consumer } from 'mediasoup/types';
import type { WorkerLoad } from './workerLoad.ts';

export type SoundKind = 'voice' | 'slot' | 'microphone';

/** A Consumer of somebody's, counted as load of its Worker while it carries. */
export class ReceivedSound {
  readonly kind: SoundKind;
  readonly producerId: ProducerId;
  /** Whether the client has built what it takes. */
  isReady: boolean;
  readonly #consumer: Consumer;
  readonly #load: WorkerLoad;
  #isSent: boolean;

  constructor(options: {
    kind: SoundKind;
    producerId: ProducerId;
    isReady: boolean;
    consumer: Consumer;
    load: WorkerLoad;
  }) {
    this.kind = options.kind;
    this.producerId = options.producerId;
    this.isReady = options.isReady;
    this.#consumer = options.consumer;
    this.#load = options.load;
    this.#isSent = !options.consumer.paused;
    if (this.#isSent) this.#load.consumers += 1;
  }

  get rtpParameters(): RtpParameters {
    return this.#consumer.rtpParameters as RtpParameters;
  }

  /** Rejects when it is gone. */
  async send(isSent: boolean): Promise<void> {
    if (isSent === this.#isSent) return;
    this.#count(isSent);
    await (isSent ? this.#consumer.resume() : this.#consumer.pause());
  }

  /** Idempotent. */
  close(): void {
    this.#count(false);
    this.#consumer.close();
  }

  #count(isSent: boolean): void {
    if (isSent !== this.#isSent) this.#load.consumers += isSent ? 1 : -1;
    this.#isSent = isSent;
  }
}
