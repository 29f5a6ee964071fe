import type { ConsumerOptions, PeerId, ProducerId, RtpCapabilities } from '#protocol';
import { makePeerId } from '#server/ids.ts';
import type { MediaEngine, MediaPeer, MediaRoom } from '#server/session/ports.ts';
import type { Device } from 'mediasoup-client';
import type { Transport } from 'mediasoup-client/types';
import { Tone } from './tone.ts';
import { nodeDevice } from './webrtc.ts';

/** Somebody in a room's media, with no session around: a real WebRTC client on a `MediaPeer`. */
export class MediaGuest {
  readonly peerId: PeerId = makePeerId();
  readonly peer: MediaPeer;
  /** What is heard, by slot, Producer or as the room's voice. */
  readonly heard = new Map<number | ProducerId | 'voice', Tone>();
  readonly phrases: string[] = [];
  lost = 0;
  readonly closed: string[] = [];
  readonly #device: Device;
  readonly #transports: Transport[] = [];

  static async enter(engine: MediaEngine, room: MediaRoom): Promise<MediaGuest> {
    const device = await nodeDevice();
    await device.load({ routerRtpCapabilities: engine.rtpCapabilities });
    return new MediaGuest(device, room);
  }

  private constructor(device: Device, room: MediaRoom) {
    this.#device = device;
    this.peer = room.addPeer(this.peerId, {
      phraseMessage: () => {},
      consumerClosed: (consumerId) => this.closed.push(consumerId),
      soundFlooded: () => {},
      reachable: () => {},
      mediaLost: () => (this.lost += 1),
    });
  }

  #receiving: Transport | null = null;

  async listen(hearing: 'slots' | 'microphones'): Promise<void> {
    const rtpCapabilities = this.#device.recvRtpCapabilities as RtpCapabilities;
    const { transport, phraseChannel, consumers } = await this.peer.listen({
      rtpCapabilities,
      hearing,
    });
    const { transportId: id, ...ends } = transport;
    const receiving = this.#device.createRecvTransport({ id, ...ends } as never);
    this.#connects(receiving);
    this.#receiving = receiving;
    for (const consumer of consumers) await this.take(consumer);
    if (!phraseChannel) return;
    const { dataConsumerId, dataProducerId, sctpStreamParameters } = phraseChannel;
    const channel = await receiving.consumeData({
      id: dataConsumerId,
      dataProducerId,
      sctpStreamParameters,
    });
    channel.on('message', (message) => this.phrases.push(String(message)));
  }

  /** Builds what was announced. */
  async take({ consumerId, producerId, peerId, slot, rtpParameters }: ConsumerOptions) {
    const { track } = await (this.#receiving as Transport).consume({
      id: consumerId,
      producerId,
      kind: 'audio',
      rtpParameters: rtpParameters as never,
    });
    this.heard.set(peerId ? producerId : (slot ?? 'voice'), Tone.heardOn(track));
  }

  /** Opens a microphone and plays `tone` into it. */
  async speak(tone: Tone): Promise<ProducerId> {
    const { transportId: id, ...ends } = await this.peer.createTransport();
    const sending = this.#device.createSendTransport({ id, ...ends } as never);
    this.#connects(sending);
    sending.on('produce', ({ rtpParameters }, done, failed) => {
      this.peer
        .produce({ rtpParameters: rtpParameters as never, muted: false })
        .then((producerId) => done({ id: producerId }), failed);
    });
    const { id: producerId } = await sending.produce({
      track: tone.track,
      stopTracks: false,
      zeroRtpOnPause: true,
    });
    return producerId as ProducerId;
  }

  /** The share of what is heard there that is at `frequencyHz`, 0 to 1. */
  shareOf(from: number | ProducerId, frequencyHz: number): number {
    return this.heard.get(from)?.shareOf(frequencyHz) ?? 0;
  }

  close(): void {
    for (const transport of this.#transports) transport.close();
    for (const tone of this.heard.values()) tone.close();
    this.peer.close();
  }

  #connects(transport: Transport): void {
    this.#transports.push(transport);
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.peer.connectTransport(transport.id as never, dtlsParameters as never).then(done, failed);
    });
  }
}
