import { ProtocolError, type ConsumerOptions, type Listening, type TransportId } from '#protocol';
import type {
  ConnectionState,
  Consumer,
  DataConsumer,
  DataProducer,
  Transport,
} from 'mediasoup-client/types';
import type { MediaDevice } from './mediaDevice.ts';
import { Receiver } from './receiver.ts';
import { Sender, type MicrophoneIntent } from './sender.ts';
import type { SoundSample } from './soundHealth.ts';
import type { Ask } from './transportWiring.ts';

export type { Ask } from './transportWiring.ts';

export interface TransportsEvents {
  /** The state of a transport has changed. */
  readonly onState: () => void;
  /** The server has no way out for this one any more; what was sent over it has ended. */
  readonly onSendingLost?: () => void;
}

interface Options extends TransportsEvents {
  readonly signaling: Ask;
  readonly device: MediaDevice;
  /** The way in as it came with the answer to `join`; asked for when left out. */
  readonly listening?: Listening | undefined;
}

/** Something arrives within this time where somebody talks. */
const ALIVE_WITHIN_MS = 400;

/** The WebRTC side of one visit to a room: built anew after every connection. */
export class Transports {
  readonly #options: Options;
  readonly #receiver: Receiver;
  #sender: Sender | null = null;

  /** Rejects with what the server refuses with, or where this browser cannot do it. */
  static async open(options: Options): Promise<Transports> {
    const { signaling, device, listening, onState } = options;
    return new Transports(options, await Receiver.open({ signaling, device, listening, onState }));
  }

  private constructor(options: Options, receiver: Receiver) {
    this.#options = options;
    this.#receiver = receiver;
  }

  /** What is to be consumed from the first moment: it comes already. */
  get consumers(): readonly ConsumerOptions[] {
    return this.#receiver.consumers;
  }

  /** Opens the channel on which phrases arrive; null where they come over the socket only. */
  openPhraseChannel(): Promise<DataConsumer | null> {
    return this.#receiver.openPhraseChannel();
  }

  consume(options: ConsumerOptions): Promise<Consumer> {
    return this.#receiver.consume(options);
  }

  /** What has arrived of all sound so far. */
  soundSample(): Promise<SoundSample> {
    return this.#receiver.soundSample();
  }

  /** Of the way in, and of the way out where there is one that has opened. */
  get states(): ConnectionState[] {
    return this.#standing.map(({ connectionState }) => connectionState);
  }

  /** Whether something arrives on each at this moment; of a silent room it cannot be told, and is denied. */
  async areAlive(): Promise<boolean> {
    const before = await this.#bytesReceived();
    await new Promise((resolve) => setTimeout(resolve, ALIVE_WITHIN_MS));
    const after = await this.#bytesReceived();
    return after.every((bytes, index) => bytes > (before[index] ?? 0));
  }

  /** Finds each one's way anew; what runs over it goes on. */
  async restartIce(): Promise<void> {
    await Promise.all(this.#standing.map((transport) => this.#restartIce(transport)));
  }

  async #restartIce(transport: Transport): Promise<void> {
    const sender = transport === this.#receiver.transport ? null : this.#sender;
    try {
      const transportId = transport.id as TransportId;
      const fresh = await this.#options.signaling.request('restartIce', { transportId });
      await transport.updateIceServers({ iceServers: fresh.iceServers });
      await transport.restartIce({ iceParameters: fresh.iceParameters });
    } catch (error) {
      if (!sender) throw error;
      // Whoever has left the stage has no way out any more, and hears the others as before.
      if (sender !== this.#sender) return;
      if (!(error instanceof ProtocolError) || error.code !== 'NOT_FOUND') throw error;
      this.closeSending();
      this.#options.onSendingLost?.();
    }
  }

  /**
   * Opens the way out. Only for roles that may speak.
   * @param signal aborted where it is not wanted any more
   */
  async openSending(signal?: AbortSignal): Promise<DataProducer> {
    const { signaling, device, onState } = this.#options;
    const sender = await Sender.open({ signaling, device: device.device, onState, signal });
    this.closeSending();
    this.#sender = sender;
    if (this.#receiver.transport.closed) this.closeSending();
    return sender.openChannel();
  }

  /** Lets go of the way out and of all that is sent. Idempotent. */
  closeSending(): void {
    const sender = this.#sender;
    this.#sender = null;
    sender?.close();
  }

  get hasWayOut(): boolean {
    return this.#sender !== null;
  }

  get hasMicrophone(): boolean {
    return this.#sender?.hasMicrophone ?? false;
  }

  /** Connects a microphone, or puts another in the place of the one that is connected. */
  async useMicrophone(track: MediaStreamTrack, intent: () => MicrophoneIntent): Promise<void> {
    if (!this.#sender) throw new Error('nothing can be sent');
    await this.#sender.useMicrophone(track, intent);
  }

  closeMicrophone(): void {
    this.#sender?.closeMicrophone();
  }

  setMuted(muted: boolean): void {
    this.#sender?.setMuted(muted);
  }

  /** Idempotent. */
  close(): void {
    this.#receiver.transport.close();
    this.closeSending();
  }

  /** Those that stand, or should. */
  get #standing(): Transport[] {
    const sender = this.#sender?.isOpening ? null : this.#sender;
    const { transport } = this.#receiver;
    return sender ? [transport, sender.transport] : [transport];
  }

  #bytesReceived(): Promise<number[]> {
    return Promise.all(
      this.#standing.map(async (transport) => {
        let bytes = 0;
        // Between two looks all of it may have been given up for another.
        if (transport.closed) return bytes;
        for (const report of (await transport.getStats()).values()) {
          if (report.type === 'candidate-pair') bytes += report.bytesReceived ?? 0;
        }
        return bytes;
      }),
    );
  }
}
