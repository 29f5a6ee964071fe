import { ProtocolError, type ConsumerOptions } from '#protocol';
import { Backoff } from './backoff.ts';
import { Consuming } from './consuming.ts';
import { IceRecovery } from './iceRecovery.ts';
import type { PhraseLine } from './phraseLine.ts';
import type { RemoteTracks } from './remoteTracks.ts';
import type { SoundLoss } from './roomState.ts';
import type { MicrophoneIntent } from './sender.ts';
import type { Signaling } from './signaling.ts';
import { SoundWatch } from './soundWatch.ts';
import type { Transports } from './transports.ts';
import { WayIn, type WayInOptions } from './wayIn.ts';
import { WayOut } from './wayOut.ts';

/** Between attempts to get a way for sound, once one has failed for good. */
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** Spreads those who build anew because the server lost the media of all of them. */
const SPREAD_MS = 400;

interface Options extends WayInOptions {
  readonly signaling: Pick<Signaling, 'request' | 'isConnected'>;
  readonly line: PhraseLine;
  readonly tracks: RemoteTracks;
  /** Whether one is on stage at this moment, and so has a way out. */
  readonly isOnStage: () => boolean;
  /** Called each time all stands that is wanted. */
  readonly opened: () => void;
  /** Called each time there is a new way out. */
  readonly wayOutOpened: () => void;
  /** Whether sound was lost before, and has not been back yet. */
  readonly loss: SoundLoss | null;
  /** Told when sound is lost, and with null when it is back. */
  readonly soundChanged: (loss: SoundLoss | null) => void;
  /** Told when sound has stopped arriving. */
  readonly soundStopped: () => void;
  /** Told when ICE says that a way is broken off. */
  readonly brokenOff: () => void;
}

/**
 * The WebRTC side of one connection to a room. Where it fails the connection stays, phrases take the
 * socket, and another way for sound is tried until there is one.
 */
export class MediaSide {
  readonly #options: Options;
  #transports: Transports | null = null;
  readonly #wayIn: WayIn;
  #recovery: IceRecovery | null = null;
  readonly #consuming: Consuming;
  /** There is nothing to go on with, and no server to begin anew with. */
  #waitsForServer = false;
  #wayOut: WayOut | null = null;
  readonly #sound: SoundWatch;
  readonly #backoff = new Backoff(RETRY_MS);
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Connections of microphones, one after another. */
  #connecting: Promise<unknown> = Promise.resolve();
  /** Raised when all begins anew: what was under way before it no longer counts. */
  #run = 0;
  #isOpening = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#wayIn = new WayIn(options);
    this.#consuming = new Consuming(() => this.#transports, options.tracks);
    this.#sound = new SoundWatch({
      source: () => this.#transports,
      loss: options.loss,
      lastArrivalMs: () => options.tracks.arrivedMs,
      stopped: options.soundStopped,
      dead: () => this.#startAnew(),
      changed: options.soundChanged,
      turned: (isUseful) => this.#soundTurned(isUseful),
    });
  }

  get hasWayOut(): boolean {
    return this.#transports?.hasWayOut ?? false;
  }

  get hasMicrophone(): boolean {
    return this.#transports?.hasMicrophone ?? false;
  }

  /**
   * Builds what there is to build, and goes on trying where that fails.
   * @throws ProtocolError or Error where this browser cannot have sound at all
   */
  async open(): Promise<void> {
    const run = this.#run;
    this.#isOpening = true;
    try {
      await this.#open(run);
    } catch (error) {
      if (!this.#isCurrent(run)) return;
      if (isForGood(error)) throw error;
      this.#startAnew();
    } finally {
      if (run === this.#run) this.#isOpening = false;
    }
  }

  async #open(run: number): Promise<void> {
    const { signaling, line, isOnStage } = this.#options;
    const transports = await this.#wayIn.open({
      onState: () => {
        if (transports !== this.#transports) return;
        this.#recovery?.changed();
        if (transports.states.includes('disconnected')) this.#options.brokenOff();
        if (transports.states[0] === 'connected') void this.#sound.look();
      },
      onSendingLost: () => {
        if (transports === this.#transports) this.#wayOut?.lost();
      },
    });
    if (!this.#isCurrent(run)) return transports.close();
    this.#transports = transports;
    this.#recovery = new IceRecovery({
      states: () => transports.states,
      isAlive: () => transports.areAlive(),
      restart: () => transports.restartIce(),
      canAsk: () => signaling.isConnected,
      giveUp: () => this.#startAnew(),
    });
    const wayOut = (this.#wayOut = new WayOut({
      transports,
      line,
      isWanted: isOnStage,
      opened: this.#options.wayOutOpened,
      giveUp: () => this.#startAnew(),
    }));
    this.#sound.begun();
    // Sound first: it is what is waited for.
    const heard = this.#consuming.takeAll(transports.consumers);
    await Promise.all([heard, line.openOver(transports)]);
    await wayOut.follow();
    if (transports === this.#transports) this.#options.opened();
  }

  /** One came on stage, or left it. What is received goes on. */
  async follow(): Promise<void> {
    try {
      await this.#wayOut?.follow();
    } catch (error) {
      // For whoever looks into it: who cannot be heard can still listen and write.
      console.error('Cora cannot send sound', error);
    }
  }

  /**
   * The socket is back: what stood may stand no longer.
   * @param networkGone it was the network that went, and not the socket alone
   */
  lookAgain(networkGone: boolean): void {
    const hasNone = !this.#transports && !this.#isOpening && this.#retry === undefined;
    if (this.#waitsForServer || hasNone) this.#startAnew(0);
    else void this.#recovery?.doubt(networkGone);
  }

  /** The server has lost all that was built. */
  lost(): void {
    this.#startAnew(Math.random() * SPREAD_MS);
  }

  async consume(options: ConsumerOptions): Promise<void> {
    if (!this.#transports) await this.#wayIn.settle();
    await this.#consuming.take(options);
  }

  /** Connects a microphone, or changes to another. Without effect while there is no way out. */
  useMicrophone(track: MediaStreamTrack, intent: () => MicrophoneIntent): Promise<void> {
    const connected = this.#connecting.then(async () => {
      const transports = this.#transports;
      if (transports?.hasWayOut) await transports.useMicrophone(track, intent);
    });
    this.#connecting = connected.catch(() => undefined);
    return connected;
  }

  closeMicrophone(): void {
    this.#transports?.closeMicrophone();
  }

  setMuted(muted: boolean): void {
    this.#transports?.setMuted(muted);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#sound.close();
    clearTimeout(this.#retry);
    this.#closeTransports();
  }

  /** Phrases do not wait for a network that loses every third packet. */
  #soundTurned(isUseful: boolean): void {
    if (isUseful) this.#backoff.reset();
    void this.#options.line.takeSocket(!isUseful);
  }

  /** What was built is beyond recovery; the place in the room is not. */
  #startAnew(inMs?: number): void {
    this.#waitsForServer = !this.#options.signaling.isConnected;
    if (this.#waitsForServer) return;
    this.#run += 1;
    this.#isOpening = false;
    this.#closeTransports();
    this.#sound.blocked();
    void this.#options.line.takeSocket(true);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#openAgain(), inMs ?? this.#backoff.nextMs());
  }

  async #openAgain(): Promise<void> {
    const run = this.#run;
    this.#retry = undefined;
    this.#isOpening = true;
    try {
      await this.#options.signaling.request('restartMedia', {});
      if (this.#isCurrent(run)) await this.open();
    } catch {
      if (this.#isCurrent(run)) this.#startAnew();
    }
  }

  #isCurrent(run: number): boolean {
    return run === this.#run && !this.#closed;
  }

  #closeTransports(): void {
    const transports = this.#transports;
    this.#transports = null;
    this.#wayOut?.close();
    this.#wayOut = null;
    this.#recovery?.close();
    this.#recovery = null;
    this.#consuming.clear();
    this.#options.line.lostChannel();
    transports?.close();
  }
}

/** Whether another attempt would end the same. */
function isForGood(error: unknown): boolean {
  return !(error instanceof ProtocolError) || error.code === 'UNSUPPORTED_MEDIA';
}
