import {
  PHRASE_CHANNEL_LABEL,
  type DtlsParameters,
  type RtpParameters,
  type SctpStreamParameters,
  type TransportOptions,
} from '#protocol';
import { Audio, type DataChannel, type PeerConnection, type Track } from 'node-datachannel';
import { openPeerConnection } from './peerConnection.ts';
import { answerOf, fingerprintOf, soundMid } from './sdp.ts';

const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const STREAM: SctpStreamParameters = { streamId: 0, ordered: true };

/** What RTP of a speaker looks like. */
export const SENT = { payloadType: 111, levelExtensionId: 1 } as const;

/** What a speaker has over WebRTC beside their way in: a microphone, and a channel for phrases. */
export class WayOut {
  readonly #connection: PeerConnection;
  readonly #channel: DataChannel;
  readonly #track: Track;
  readonly #offer: string;
  readonly #ssrc: number;
  readonly connected: Promise<void>;

  constructor(options: { name: string; host: string; ssrc: number }) {
    this.#ssrc = options.ssrc;
    this.#connection = openPeerConnection(options.name, options.host);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.connected = promise;
    const sound = new Audio('sound', 'SendOnly');
    sound.addOpusCodec(SENT.payloadType);
    sound.addSSRC(options.ssrc, options.name);
    this.#track = this.#connection.addTrack(sound);
    this.#track.onOpen(() => resolve());
    this.#channel = this.#connection.createDataChannel(PHRASE_CHANNEL_LABEL, {
      negotiated: true,
      id: STREAM.streamId,
    });
    this.#connection.setLocalDescription('offer');
    this.#offer = this.#connection.localDescription()?.sdp ?? '';
  }

  get dtlsParameters(): DtlsParameters {
    return { role: 'client', fingerprints: [fingerprintOf(this.#offer)] };
  }

  get sctpStreamParameters(): SctpStreamParameters {
    return STREAM;
  }

  get rtpParameters(): RtpParameters {
    return {
      mid: soundMid(this.#offer),
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: SENT.payloadType,
          clockRate: 48_000,
          channels: 2,
          parameters: { useinbandfec: 1, usedtx: 1 },
        },
      ],
      headerExtensions: [{ uri: AUDIO_LEVEL, id: SENT.levelExtensionId }],
      encodings: [{ ssrc: this.#ssrc, dtx: true }],
      rtcp: { cname: `load-${this.#ssrc}` },
    };
  }

  open(transport: TransportOptions): void {
    this.#connection.setRemoteDescription(answerOf(transport, this.#offer), 'answer');
  }

  send(rtp: Buffer): void {
    if (this.#track.isOpen()) this.#track.sendMessageBinary(rtp);
  }

  get canSay(): boolean {
    return this.#channel.isOpen();
  }

  say(text: string): void {
    this.#channel.sendMessage(text);
  }

  close(): void {
    this.#connection.close();
  }
}
