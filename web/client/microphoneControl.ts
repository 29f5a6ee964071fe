import type { MicrophoneState } from '#protocol';
import type { MediaSide } from './mediaSide.ts';
import { OwnMicrophone } from './ownMicrophone.ts';
import type { Signaling } from './signaling.ts';

interface Options {
  readonly signaling: Pick<Signaling, 'request' | 'isConnected'>;
  /** The media side of this moment; null without a connection. */
  readonly media: () => MediaSide | null;
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  /** Told when it is muted here and the server does not know yet. */
  readonly onMutedAlone: () => void;
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
    this.#muted = muted;
    const media = this.#options.media();
    if (muted) media?.setMuted(true);
    if (!media?.hasMicrophone) return;
    if (muted && !this.#options.signaling.isConnected) return this.#options.onMutedAlone();
    try {
      await this.#options.signaling.request('setMuted', { muted });
    } catch (error) {
      if (!muted) this.#muted = before;
      throw error;
    }
    media.setMuted(this.#muted);
  }

  /** Back in one's place, where the server has it as `state`: it is told what changed meanwhile. */
  async agreeOn(state: MicrophoneState): Promise<void> {
    if (state === 'open' && this.#muted) await this.setMuted(true).catch(() => undefined);
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
  }

  /** Connects what there is over a media side that has just opened. Who cannot be heard can still listen and write. */
  async connect(media: MediaSide): Promise<void> {
    const { track } = this.#own;
    if (!track) return;
    await media
      .useMicrophone(track, () => this.#muted)
      .catch((error: unknown) => {
        console.error('Cora could not connect the microphone', error);
      });
  }

  /** Lets go of the device. Idempotent. */
  release(): void {
    this.#own.release();
  }

  /** The device went away: the others are shown so, and another can be connected. */
  async #lose(): Promise<void> {
    this.#own.release();
    const media = this.#options.media();
    media?.closeMicrophone();
    if (media) await this.#options.signaling.request('stopProducing', {}).catch(() => undefined);
  }
}
