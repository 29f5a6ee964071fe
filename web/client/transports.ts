import type { ConsumerOptions, Direction, RtpCapabilities, TransportId } from '#protocol';
import { PHRASE_CHANNEL_LABEL } from '#protocol';
import type {
  ConnectionState,
  Consumer,
  DataConsumer,
  DataProducer,
  Device,
  Producer,
  Transport,
  RtpCapabilities as DeviceRtpCapabilities,
  SctpStreamParameters,
} from 'mediasoup-client/types';
import type { Signaling } from './signaling.ts';
import type { SoundSample } from './soundHealth.ts';

/** The way to ask the server; all that the media side needs of the signalling. */
export type Ask = Pick<Signaling, 'request'>;

/** Speech: forward error correction and lost-packet requests against loss, silence for free. */
const CODEC_OPTIONS = {
  opusStereo: false,
  opusFec: true,
  opusDtx: true,
  opusNack: true,
  opusMaxAverageBitrate: 40_000,
} as const;

/** Stream of the voice in which the server speaks phrases. */
const ROOM_VOICE = 'room-voice';

interface TransportsEvents {
  /** The state of a transport has changed. */
  readonly onState: () => void;
}

/** Something arrives within this time where somebody talks. */
const ALIVE_WITHIN_MS = 400;

/** The WebRTC side of one visit to a room: built anew after every connection. */
export class Transports {
  readonly #signaling: Ask;
  readonly #device: Device;
  readonly #receive: Transport;
  #send: Transport | null = null;
  #microphone: Producer | null = null;
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
    this.#wire(receive);
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

  /** Of the way in, and of the way out where there is one. */
  get states(): ConnectionState[] {
    return this.#all.map(({ connectionState }) => connectionState);
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
    await Promise.all(
      this.#all.map(async (transport) => {
        const transportId = transport.id as TransportId;
        const fresh = await this.#signaling.request('restartIce', { transportId });
        await transport.updateIceServers({ iceServers: fresh.iceServers });
        await transport.restartIce({ iceParameters: fresh.iceParameters });
      }),
    );
  }

  /** Opens the way out. Only for roles that may send. */
  async openSending(): Promise<DataProducer> {
    const transportOptions = await createTransport(this.#signaling, 'send');
    const send = this.#device.createSendTransport(transportOptions);
    this.#send = send;
    this.#wire(send);
    send.on('producedata', ({ sctpStreamParameters }, resolve, reject) => {
      this.#signaling
        .request('produceData', { sctpStreamParameters: streamOf(sctpStreamParameters) })
        .then(({ dataProducerId }) => resolve({ id: dataProducerId }), reject);
    });
    return send.produceData({ label: PHRASE_CHANNEL_LABEL, ordered: true });
  }

  get hasMicrophone(): boolean {
    return this.#microphone !== null;
  }

  /** Connects a microphone, or puts another in the place of the one that is connected. */
  async useMicrophone(track: MediaStreamTrack, muted: () => boolean): Promise<void> {
    if (this.#microphone) return this.#microphone.replaceTrack({ track });
    const send = this.#send;
    if (!send) throw new Error('nothing can be sent');
    send.removeAllListeners('produce');
    send.on('produce', ({ rtpParameters }, resolve, reject) => {
      this.#signaling
        .request('produce', {
          rtpParameters: rtpParameters as Parameters<typeof this.consume>[0]['rtpParameters'],
          muted: muted(),
        })
        .then(({ producerId }) => resolve({ id: producerId }), reject);
    });
    this.#microphone = await send.produce({
      track,
      codecOptions: CODEC_OPTIONS,
      // The caller's own: it outlives this visit when the connection is lost.
      stopTracks: false,
      zeroRtpOnPause: true,
    });
    // Also where it was muted while the server was being asked.
    if (muted()) this.#microphone.pause();
  }

  closeMicrophone(): void {
    this.#microphone?.close();
    this.#microphone = null;
  }

  setMuted(muted: boolean): void {
    if (muted) this.#microphone?.pause();
    else this.#microphone?.resume();
  }

  /** Idempotent. */
  close(): void {
    this.#receive.close();
    this.#send?.close();
  }

  get #all(): Transport[] {
    return this.#send ? [this.#receive, this.#send] : [this.#receive];
  }

  #bytesReceived(): Promise<number[]> {
    return Promise.all(
      this.#all.map(async (transport) => {
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

  #wire(transport: Transport): void {
    transport.on('connect', ({ dtlsParameters }, resolve, reject) => {
      this.#signaling
        .request('connectTransport', { transportId: transport.id as never, dtlsParameters })
        .then(() => resolve(), reject);
    });
    transport.on('connectionstatechange', () => this.#events.onState());
  }
}

async function createTransport(signaling: Ask, direction: Direction) {
  const { transportId, ...parameters } = await signaling.request('createTransport', { direction });
  return { id: transportId, ...parameters };
}

function streamOf({ streamId = 0, ordered = true }: SctpStreamParameters) {
  return { streamId, ordered };
}
