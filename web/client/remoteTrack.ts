import type { PeerId } from '#protocol';
import type { Consumer } from 'mediasoup-client/types';
import { visibleLevel } from './levels.ts';

/** A level older than this belongs to a sound that has ended: with DTX silence sends nothing. */
const STALE_MS = 500;

/** Somebody else's microphone, playing. */
export class RemoteTrack {
  readonly peerId: PeerId;
  readonly #consumer: Consumer;
  readonly #audio: HTMLAudioElement;

  constructor(options: { peerId: PeerId; consumer: Consumer; sinkId: string }) {
    this.peerId = options.peerId;
    this.#consumer = options.consumer;
    this.#audio = document.createElement('audio');
    this.#audio.dataset['peerId'] = options.peerId;
    this.#audio.srcObject = new MediaStream([options.consumer.track]);
    document.body.append(this.#audio);
    if (options.sinkId) void this.setSinkId(options.sinkId);
  }

  /** Whether it plays; false when the browser wants a tap first. */
  async play(): Promise<boolean> {
    try {
      await this.#audio.play();
      return true;
    } catch (error) {
      // AbortError: the element went away meanwhile, which is nobody's to mend.
      return !(error instanceof DOMException && error.name === 'NotAllowedError');
    }
  }

  /** Where it plays; browsers that cannot choose keep to their default. */
  async setSinkId(deviceId: string): Promise<void> {
    if ('setSinkId' in this.#audio) await this.#audio.setSinkId(deviceId).catch(() => undefined);
  }

  /** How loud it is at this moment, 0 to 1, as the RTP header says (RFC 6464) or the decoder heard. */
  get level(): number {
    const [source] = this.#consumer.rtpReceiver?.getSynchronizationSources() ?? [];
    if (!source || performance.timeOrigin + performance.now() - source.timestamp > STALE_MS) {
      return 0;
    }
    return visibleLevel(source.audioLevel ?? 0);
  }

  /** Idempotent. */
  close(): void {
    this.#consumer.close();
    this.#audio.srcObject = null;
    this.#audio.remove();
  }
}
