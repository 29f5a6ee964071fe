import { ProtocolError, type MicrophoneState } from '#protocol';
import type { MediaSide } from './mediaSide.ts';
import { OwnMicrophone } from './ownMicrophone.ts';
import type { Signaling } from './signaling.ts';

/** Until a microphone is connected again that the server did not answer for. */
const RETRY_MS = 2_000;

interface Options {
  readonly signaling: Pick<Signaling, 'request' | 'isConnected'>;
  /** The media side of this moment; null without a connection. */
  readonly media: () => MediaSide | null;
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  /** Told what it is to be, whenever that changes. */
  readonly onChange: (state: MicrophoneState) => void;
}

/** One's own microphone in a room: which one, and whether it is open. */
export class MicrophoneControl {
  readonly #options: Options;
  readonly #own = new OwnMicrophone(() => void this.#lose());
  #muted: boolean;

  constructor(options: Options) {
    this.#options = options;
    this.#muted = options.muted;
    if (options.track) this.#own.use(options.track);
  }

  /** What its owner wants it to be; the server may not know yet. */
  get state(): MicrophoneState {
    if (!this.#own.track) return 'none';
    return this.#muted ? 'muted' : 'open';
  }

  /** How loud it is at this moment, 0 to 1. */
  get level(): number {
    return this.#muted ? 0 : this.#own.level;
  }

  /**
   * Silence at once, whatever the server says and also where it cannot be asked; sound only when the
   * server lets it through.
   * @throws ProtocolError when the server could not be told; one is then muted all the same
   */
  async setMuted(muted: boolean): Promise<void> {
    const before = this.#muted;
    this.#setMuted(muted);
    const media = this.#options.media();
    if (muted) media?.setMuted(true);
    if (!media?.hasMicrophone) return;
    // It is told when it is back.
    if (muted && !this.#options.signaling.isConnected) return;
    try {
      await this.#options.signaling.request('setMuted', { muted });
    } catch (error) {
      if (!muted) this.#setMuted(before);
      throw error;
    }
    media.setMuted(this.#muted);
  }

  /** Back in one's place, where the server has it as `state`: both are brought to what its owner wants. */
  async agreeOn(state: MicrophoneState, media: MediaSide): Promise<void> {
    const { signaling } = this.#options;
    try {
      if (media.hasMicrophone) {
        if (state === 'open' && this.#muted) await this.setMuted(true);
        return;
      }
      // An answer was lost with the socket, or a device went while there was none.
      if (state !== 'none') await signaling.request('stopProducing', {});
      await this.connect(media);
    } catch {
      // The socket went again, and the next one begins here again.
    }
  }

  /**
   * Connects a microphone, or changes to another. The track is the client's from here on, and
   * stopped when it cannot be connected.
   */
  async use(track: MediaStreamTrack): Promise<void> {
    try {
      await this.#options.media()?.useMicrophone(track, () => this.#muted);
    } catch (error) {
      track.stop();
      throw error;
    }
    this.#own.use(track);
    this.#options.onChange(this.state);
  }

  /** Connects what there is over a media side that has just opened. Who cannot be heard can still listen and write. */
  async connect(media: MediaSide): Promise<void> {
    const { track } = this.#own;
    if (!track) return;
    const wasMuted = this.#muted;
    try {
      await media.useMicrophone(track, () => this.#muted);
      if (this.#muted && !wasMuted) await this.setMuted(true);
    } catch (error) {
      console.error('Cora could not connect the microphone', error);
      if (isPassing(error)) this.#connectLater(media, error.retryAfterMs);
    }
  }

  /** The server had no time for it. */
  #connectLater(media: MediaSide, inMs = RETRY_MS): void {
    setTimeout(() => {
      if (media === this.#options.media() && !media.hasMicrophone) void this.connect(media);
    }, inMs);
  }

  #setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#options.onChange(this.state);
  }

  /** Lets go of the device. Idempotent. */
  release(): void {
    this.#own.release();
  }

  /** The device went away: the others are shown so, and another can be connected. */
  async #lose(): Promise<void> {
    this.#own.release();
    this.#options.onChange(this.state);
    const media = this.#options.media();
    media?.closeMicrophone();
    if (media) await this.#options.signaling.request('stopProducing', {}).catch(() => undefined);
  }
}

/** Whether the same may go well in a moment, on the same transports. */
function isPassing(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && ['RATE_LIMITED', 'INTERNAL'].includes(error.code);
}
