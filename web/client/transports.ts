import { PHRASE_CHANNEL_LABEL, ProtocolError } from '#protocol';
import type { ConsumerOptions, RtpCapabilities, TransportId } from '#protocol';
import type {
  ConnectionState,
  Consumer,
  DataConsumer,
  DataProducer,
  Device,
  Transport,
  RtpCapabilities as DeviceRtpCapabilities,
} from 'mediasoup-client/types';
import { Sender, type MicrophoneIntent } from './sender.ts';
import type { SoundSample } from './soundHealth.ts';
import { createTransport, wire, type Ask } from './transportWiring.ts';

export type { Ask } from './transportWiring.ts';

/** Stream of the voice in which the server speaks phrases. */
const ROOM_VOICE = 'room-voice';

interface TransportsEvents {
  /** The state of a transport has changed. */
  readonly onState: () => void;
  /** The server has no way out for this one any more; what was sent over it has ended. */
  readonly onSendingLost?: () => void;
}

/** Something arrives within this time where somebody talks. */
const ALIVE_WITHIN_MS = 400;

/** The WebRTC side of one visit to a room: built anew after every connection. */
export class Transports {
  readonly #signaling: Ask;
  readonly #device: Device;
  readonly #receive: Transport;
  #sender: Sender | null = null;
  readonly #events: TransportsEvents;

  /** Rejects with what the server refuses with, or where this browser cannot do it. */
  static async open(
    options: {
      signaling: Ask;
      device: Device;
      routerRtpCapabilities: RtpCapabilities;
    } & TransportsEvents,
  ): Promise<Transports> {
    const { device } = options;
    await device.load({
      routerRtpCapabilities: options.routerRtpCapabilities as DeviceRtpCapabilities,
    });
    const transportOptions = await createTransport(options.signaling, 'receive');
    const receive = device.createRecvTransport(transportOptions);
    return new Transports(options, device, receive);
  }

  private constructor(
    options: { signaling: Ask } & TransportsEvents,
    device: Device,
    receive: Transport,
  ) {
    this.#signaling = options.signaling;
    this.#events = options;
    this.#device = device;
    this.#receive = receive;
    wire(receive, options.signaling, options.onState);
  }

  /** Asks for everyone's sound and opens the channel on which phrases arrive. */
  async startReceiving(): Promise<DataConsumer> {
    const { phraseChannel } = await this.#signaling.request('startReceiving', {
      rtpCapabilities: this.#device.recvRtpCapabilities as RtpCapabilities,
    });
    return this.#receive.consumeData({
      id: phraseChannel.dataConsumerId,
      dataProducerId: phraseChannel.dataProducerId,
      sctpStreamParameters: phraseChannel.sctpStreamParameters,
      label: PHRASE_CHANNEL_LABEL,
    });
  }

  consume({ consumerId, producerId, rtpParameters, peerId }: ConsumerOptions): Promise<Consumer> {
    return this.#receive.consume({
      id: consumerId,
      producerId,
      kind: 'audio',
      rtpParameters: rtpParameters as Parameters<Transport['consume']>[0]['rtpParameters'],
      // One stream a person: browsers synchronise the tracks of a stream with each other.
      streamId: peerId ?? ROOM_VOICE,
    });
  }

  /** What has arrived of all sound so far. */
  async soundSample(): Promise<SoundSample> {
    let [received, lost] = [0, 0];
    for (const report of (await this.#receive.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      received += report.packetsReceived;
      lost += report.packetsLost;
    }
    return { received, lost, connected: this.#receive.connectionState === 'connected' };
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
    const sender = transport === this.#receive ? null : this.#sender;
    try {
      const transportId = transport.id as TransportId;
      const fresh = await this.#signaling.request('restartIce', { transportId });
      await transport.updateIceServers({ iceServers: fresh.iceServers });
      await transport.restartIce({ iceParameters: fresh.iceParameters });
    } catch (error) {
      if (!sender) throw error;
      // Whoever has left the stage has no way out any more, and hears the others as before.
      if (sender !== this.#sender) return;
      if (!(error instanceof ProtocolError) || error.code !== 'NOT_FOUND') throw error;
      this.closeSending();
      this.#events.onSendingLost?.();
    }
  }

  /**
   * Opens the way out. Only for roles that may speak.
   * @param signal aborted where it is not wanted any more
   */
  async openSending(signal?: AbortSignal): Promise<DataProducer> {
    const { onState } = this.#events;
    const options = { signaling: this.#signaling, device: this.#device, onState, signal };
    const sender = await Sender.open(options);
    this.closeSending();
    this.#sender = sender;
    if (this.#receive.closed) this.closeSending();
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
    this.#receive.close();
    this.closeSending();
  }

  /** Those that stand, or should. */
  get #standing(): Transport[] {
    const sender = this.#sender?.isOpening ? null : this.#sender;
    return sender ? [this.#receive, sender.transport] : [this.#receive];
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
