import { PHRASE_CHANNEL_LABEL, type DtlsParameters, type Listening } from '#protocol';
import type { DataChannel, PeerConnection, Track } from 'node-datachannel';
import { openPeerConnection } from './peerConnection.ts';
import { readRtp, type RtpPacket } from './rtpPacket.ts';
import { fingerprintOf, offerOf } from './sdp.ts';

/** What the server numbers channels from. */
const FIRST_STREAM = 0;

export interface WayInEvents {
  connected(): void;
  packet(packet: RtpPacket, atMs: number): void;
  /** JSON text. */
  phrase(text: string, atMs: number): void;
}

/** What a listener has over WebRTC: a transport on which sound and phrases come. */
export class WayIn {
  readonly #connection: PeerConnection;
  readonly #events: WayInEvents;
  readonly #early: DataChannel;
  /** The library closes what nobody refers to. */
  readonly #kept: (DataChannel | Track)[] = [];
  readonly dtlsParameters: DtlsParameters;

  constructor(options: { name: string; host: string; events: WayInEvents }) {
    this.#events = options.events;
    this.#connection = openPeerConnection(options.name, options.host);
    this.#connection.onStateChange((state) => {
      if (state === 'connected') this.#events.connected();
    });
    this.#connection.onTrack((track) => {
      this.#kept.push(track);
      track.onMessage((message) => this.#take(message));
    });
    // An offer that is taken back at once tells the fingerprint that the server will be shown.
    this.#early = this.#channel(FIRST_STREAM);
    this.#connection.setLocalDescription('offer');
    const { sdp = '' } = this.#connection.localDescription() ?? {};
    this.#connection.setLocalDescription('rollback');
    this.dtlsParameters = { role: 'client', fingerprints: [fingerprintOf(sdp)] };
  }

  open(listening: Listening): void {
    const streamId = listening.phraseChannel?.sctpStreamParameters.streamId ?? FIRST_STREAM;
    const channel = streamId === FIRST_STREAM ? this.#early : this.#channel(streamId);
    channel.onMessage((message) => {
      if (typeof message === 'string') this.#events.phrase(message, performance.now());
    });
    this.#connection.setRemoteDescription(offerOf(listening), 'offer');
    this.#connection.setLocalDescription('answer');
  }

  close(): void {
    this.#connection.close();
  }

  #channel(id: number): DataChannel {
    const channel = this.#connection.createDataChannel(PHRASE_CHANNEL_LABEL, {
      negotiated: true,
      id,
    });
    this.#kept.push(channel);
    return channel;
  }

  #take(message: Buffer): void {
    const atMs = performance.now();
    const packet = readRtp(message);
    if (packet) this.#events.packet(packet, atMs);
  }
}
