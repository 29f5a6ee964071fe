import { ProtocolError, can, type MicrophoneState, type PeerInfo } from '#protocol';
import type { MediaSide } from './mediaSide.ts';
import { OwnMicrophone } from './ownMicrophone.ts';
import type { MicrophoneIntent } from './sender.ts';
import type { Signaling } from './signaling.ts';

/** Until a microphone is connected again that the server did not answer for. */
const RETRY_MS = 2_000;

type Media = Pick<
  MediaSide,
  'hasMicrophone' | 'useMicrophone' | 'closeMicrophone' | 'setMuted' | 'hasWayOut'
>;

interface Options {
  readonly signaling: Pick<Signaling, 'request' | 'isConnected'>;
  /** The media side of this moment; null without a connection. */
  readonly media: () => Media | null;
  /** Oneself as the server tells it; null before one is in. */
  readonly me: () => PeerInfo | null;
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  /** Told what it is to be, whenever that changes. */
  readonly onChange: (state: MicrophoneState) => void;
}

/** One's own microphone in a room: which one, and whether it is open. Only its owner opens it. */
export class MicrophoneControl {
  readonly #options: Options;
  readonly #own = new OwnMicrophone(() => void this.#lose());
  #muted: boolean;
  /** How many of a moderator's mutes are known here. */
  #mutes = 0;
  /** Raised by whatever mutes or unmutes: an answer to what came before it changes nothing. */
  #turn = 0;
  /** Raised by whatever lets go of the device: a microphone that was being connected is not kept then. */
  #stay = 0;
  /** What the server has not answered yet. Until then what it tells of one's microphone may be older. */
  #asking = 0;
  #hold: 'none' | 'opened' | 'idle' = 'none';

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
   * @throws ProtocolError when the server could not be told; one is then muted all the same. FORBIDDEN
   *   where one may not open it, WRONG_STATE where a moderator has muted one at this moment.
   */
  async setMuted(muted: boolean): Promise<void> {
    const before = this.#muted;
    const turn = this.#setMuted(muted);
    const media = this.#options.media();
    if (muted) media?.setMuted(true);
    if (!media?.hasMicrophone) return;
    // It is told when it is back.
    if (muted && !this.#options.signaling.isConnected) return;
    try {
      const told = { muted, mutes: this.#mutes };
      await this.#whileAsking(this.#options.signaling.request('setMuted', told));
    } catch (error) {
      if (!muted && turn === this.#turn) {
        if (isRefusal(error)) this.#obey();
        else this.#setMuted(before);
      }
      throw error;
    }
    media.setMuted(this.#muted);
  }

  /** Opens a muted one until `letGo`. Without effect on an open one, where there is none, and again. */
  async hold(): Promise<void> {
    if (this.#hold !== 'none') return;
    this.#hold = 'idle';
    if (this.state !== 'muted') return;
    this.#hold = 'opened';
    await this.setMuted(false);
  }

  /** Mutes what `hold` has opened. @throws ProtocolError as `setMuted` does */
  async letGo(): Promise<void> {
    const before = this.#hold;
    this.#hold = 'none';
    if (before === 'opened') await this.setMuted(true);
  }

  /** The server tells of oneself: a moderator's mute is obeyed at once, whatever is under way. */
  follow(me: PeerInfo, before: PeerInfo | null): void {
    const isMutedAgain = me.mutes > this.#mutes;
    this.#mutes = me.mutes;
    // Connected in a way in which one may not open it.
    const isHeldBack =
      me.microphone === 'muted' && before?.microphone !== 'muted' && this.#asking === 0;
    if (isMutedAgain || isHeldBack) this.#obey();
  }

  /** Back in one's place, where the server has it as `state`: both are brought to what its owner wants. */
  async agreeOn(state: MicrophoneState, media: Media): Promise<void> {
    try {
      if (media.hasMicrophone) {
        if (state === 'open' && this.#muted) await this.setMuted(true);
        else if (state === 'muted') this.#obey();
        return;
      }
      // An answer was lost with the socket, or a device went while there was none.
      if (state !== 'none') await this.#options.signaling.request('stopProducing', {});
      await this.connect(media);
    } catch {
      // The socket went again, and the next one begins here again.
    }
  }

  /**
   * Connects a microphone, or changes to another: now, or as soon as there is a way for it. The track is
   * the client's from here on, and stopped when it cannot be connected, or when one only listens and is
   * not offered the floor.
   */
  async use(track: MediaStreamTrack): Promise<void> {
    const stay = this.#stay;
    try {
      await this.#attach(track, this.#options.media());
    } catch (error) {
      track.stop();
      throw error;
    }
    if (stay !== this.#stay || !this.#mayHave) return track.stop();
    this.#own.use(track);
    this.#options.onChange(this.state);
  }

  /** Connects what there is over a way out that has just opened. Who cannot be heard can still listen and write. */
  async connect(media: Media): Promise<void> {
    const { track } = this.#own;
    if (!track) return;
    try {
      await this.#attach(track, media);
    } catch (error) {
      // Whoever has left the stage meanwhile is not missed.
      if (!media.hasWayOut || isRefusal(error)) return;
      console.error('Cora could not connect the microphone', error);
      if (isPassing(error)) this.#connectLater(media, error.retryAfterMs);
    }
  }

  /** One has left the stage: the device is let go, and whoever comes back begins muted. */
  leaveStage(): void {
    this.release();
    this.#setMuted(true);
  }

  /** Lets go of the device. Idempotent. */
  release(): void {
    this.#stay += 1;
    this.#own.release();
  }

  get #mayHave(): boolean {
    const me = this.#options.me();
    return me === null || me.offered || can(me.role, 'speak');
  }

  async #attach(track: MediaStreamTrack, media: Media | null): Promise<void> {
    if (!media?.hasWayOut) return;
    if (!media.hasMicrophone && this.#options.me()?.mayUnmute === false) this.#obey();
    let toldMuted: boolean | undefined;
    const intent = (): MicrophoneIntent => {
      toldMuted ??= this.#muted;
      return { muted: this.#muted, mutes: this.#mutes };
    };
    await this.#whileAsking(media.useMicrophone(track, intent));
    if (toldMuted === undefined || !media.hasMicrophone) return;
    if (this.#options.me()?.microphone === 'muted' && !toldMuted) this.#obey();
    // Changed while the server was being asked.
    else if (this.#muted !== toldMuted) await this.setMuted(this.#muted);
  }

  /** The server had no time for it. */
  #connectLater(media: Media, inMs = RETRY_MS): void {
    setTimeout(() => {
      if (media === this.#options.media() && !media.hasMicrophone) void this.connect(media);
    }, inMs);
  }

  async #whileAsking(answer: Promise<unknown>): Promise<void> {
    this.#asking += 1;
    try {
      await answer;
    } finally {
      this.#asking -= 1;
    }
  }

  /** Silence that is not one's own wish, and ends what a held key has opened. */
  #obey(): void {
    if (this.#hold === 'opened') this.#hold = 'idle';
    this.#setMuted(true);
    this.#options.media()?.setMuted(true);
  }

  #setMuted(muted: boolean): number {
    this.#turn += 1;
    this.#muted = muted;
    this.#options.onChange(this.state);
    return this.#turn;
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

/** Whether the server does not let one open it. */
function isRefusal(error: unknown): boolean {
  return error instanceof ProtocolError && ['FORBIDDEN', 'WRONG_STATE'].includes(error.code);
}

/** Whether the same may go well in a moment, on the same transports. */
function isPassing(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && ['RATE_LIMITED', 'INTERNAL'].includes(error.code);
}
