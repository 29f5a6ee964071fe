import { PHRASE_CHANNEL_LABEL, type RtpParameters } from '#protocol';
import type {
  DataProducer,
  Device,
  Producer,
  SctpStreamParameters,
  Transport,
} from 'mediasoup-client/types';
import { ends, wire, type Ask } from './transportWiring.ts';

/** Speech: forward error correction and lost-packet requests against loss, silence for free. */
const CODEC_OPTIONS = {
  opusStereo: false,
  opusFec: true,
  opusDtx: true,
  opusNack: true,
  opusMaxAverageBitrate: 40_000,
} as const;

/** How a microphone is to be connected, asked at the moment in which the server is told. */
export interface MicrophoneIntent {
  readonly muted: boolean;
  /** How often a moderator has muted its owner, as far as they know. */
  readonly mutes: number;
}

interface Options {
  readonly signaling: Ask;
  readonly device: Device;
  /** The state of the transport has changed. */
  readonly onState: () => void;
  /** Aborted where it is not wanted any more. */
  readonly signal: AbortSignal | undefined;
}

/** The way out of somebody on stage: for phrases, and for a microphone. */
export class Sender {
  readonly transport: Transport;
  readonly #signaling: Ask;
  #microphone: Producer | null = null;
  #hasStood = false;

  /** Only for roles that may speak. Rejects with what the server refuses with. */
  static async open({ signaling, device, onState, signal }: Options): Promise<Sender> {
    const options = await signaling.request('createTransport', {});
    signal?.throwIfAborted();
    const sender = new Sender(device.createSendTransport(ends(options)), signaling);
    wire(sender.transport, { signaling, onState });
    return sender;
  }

  private constructor(transport: Transport, signaling: Ask) {
    this.transport = transport;
    this.#signaling = signaling;
    transport.on('connectionstatechange', (state) => {
      if (state === 'connected') this.#hasStood = true;
    });
    transport.on('producedata', ({ sctpStreamParameters }, resolve, reject) => {
      signaling
        .request('produceData', { sctpStreamParameters: streamOf(sctpStreamParameters) })
        .then(({ dataProducerId }) => resolve({ id: dataProducerId }), reject);
    });
  }

  /** Whether it is opening still: nothing is amiss with one that is not connected yet. */
  get isOpening(): boolean {
    return !this.#hasStood && ['new', 'connecting'].includes(this.transport.connectionState);
  }

  openChannel(): Promise<DataProducer> {
    return this.transport.produceData({ label: PHRASE_CHANNEL_LABEL, ordered: true });
  }

  get hasMicrophone(): boolean {
    return this.#microphone !== null;
  }

  /** Connects a microphone, or puts another in the place of the one that is connected. */
  async useMicrophone(track: MediaStreamTrack, intent: () => MicrophoneIntent): Promise<void> {
    if (this.#microphone) return this.#microphone.replaceTrack({ track });
    this.transport.removeAllListeners('produce');
    this.transport.on('produce', ({ rtpParameters }, resolve, reject) => {
      this.#signaling
        .request('produce', { rtpParameters: rtpParameters as RtpParameters, ...intent() })
        .then(({ producerId }) => resolve({ id: producerId }), reject);
    });
    const microphone = await this.transport.produce({
      track,
      codecOptions: CODEC_OPTIONS,
      // The caller's own: it outlives this visit when the connection is lost.
      stopTracks: false,
      zeroRtpOnPause: true,
    });
    this.#microphone = microphone;
    // Also where it was muted while the server was being asked.
    if (intent().muted) microphone.pause();
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
    this.#microphone = null;
    this.transport.close();
  }
}

function streamOf({ streamId = 0, ordered = true }: SctpStreamParameters) {
  return { streamId, ordered };
}
