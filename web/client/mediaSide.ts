import {
  ProtocolError,
  type ConsumerId,
  type ConsumerOptions,
  type RtpCapabilities,
} from '#protocol';
import { Device } from 'mediasoup-client';
import { ArrivalWatch } from './arrivalWatch.ts';
import { IceRecovery } from './iceRecovery.ts';
import type { PhraseLine } from './phraseLine.ts';
import type { RemoteTracks } from './remoteTracks.ts';
import type { SoundLoss } from './roomState.ts';
import { SoundHealth } from './soundHealth.ts';
import type { Signaling } from './signaling.ts';
import { Transports } from './transports.ts';

/** How often the sound that arrives is looked at. */
const LOOK_MS = 2_000;
/** A way that has not opened by then is given up: browsers do not say of each that it has failed. */
const PATIENCE_MS = 15_000;
/** Between attempts to get a way for sound, once one has failed for good. */
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** Spreads those who build anew because the server lost the media of all of them. */
const SPREAD_MS = 400;

interface Options {
  readonly signaling: Pick<Signaling, 'request' | 'isConnected'>;
  readonly routerRtpCapabilities: RtpCapabilities;
  readonly line: PhraseLine;
  readonly tracks: RemoteTracks;
  /** Whether this role writes, and so has a way out. */
  readonly maySend: boolean;
  /** Called each time there is a new way out. */
  readonly opened: () => Promise<void>;
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
  #recovery: IceRecovery | null = null;
  /** By id: the server asks again where an answer was lost with the socket. */
  readonly #consuming = new Map<ConsumerId, Promise<void>>();
  /** There is nothing to go on with, and no server to begin anew with. */
  #waitsForServer = false;
  #health: SoundHealth;
  #loss: SoundLoss | null;
  #attempt = 0;
  /** When these transports were last connected, or begun. */
  #aliveMs = performance.now();
  #look: ReturnType<typeof setInterval> | undefined;
  readonly #arrivals: ArrivalWatch;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Connections of microphones, one after another. */
  #connecting: Promise<unknown> = Promise.resolve();
  /** Raised when all begins anew: what was under way before it no longer counts. */
  #run = 0;
  #isOpening = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#loss = options.loss;
    this.#health = new SoundHealth(options.loss ?? 'useful');
    this.#look = setInterval(() => void this.#sample(), LOOK_MS);
    this.#arrivals = new ArrivalWatch({
      lastArrivalMs: () => options.tracks.arrivedMs,
      onStopped: options.soundStopped,
    });
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
    const { signaling, line, maySend, routerRtpCapabilities } = this.#options;
    const transports = await Transports.open({
      signaling,
      device: await Device.factory(),
      routerRtpCapabilities,
      onState: () => {
        if (transports !== this.#transports) return;
        this.#recovery?.changed();
        if (transports.states.includes('disconnected')) this.#options.brokenOff();
        if (transports.states[0] === 'connected') void this.#sample();
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
    this.#aliveMs = performance.now();
    await line.openOver(transports, maySend);
    if (transports === this.#transports) await this.#options.opened();
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

  consume(options: ConsumerOptions): Promise<void> {
    const known = this.#consuming.get(options.consumerId);
    if (known) return known;
    const consuming = this.#consume(options);
    this.#consuming.set(options.consumerId, consuming);
    return consuming;
  }

  async #consume(options: ConsumerOptions): Promise<void> {
    const transports = this.#transports;
    if (!transports) throw new Error('not receiving');
    const consumer = await transports.consume(options);
    if (transports === this.#transports) {
      this.#options.tracks.add(options.consumerId, options.peerId, consumer);
    }
  }

  /** Connects a microphone, or changes to another. Without effect while there is no way out. */
  useMicrophone(track: MediaStreamTrack, muted: () => boolean): Promise<void> {
    const connected = this.#connecting.then(() => this.#transports?.useMicrophone(track, muted));
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
    clearInterval(this.#look);
    this.#arrivals.close();
    clearTimeout(this.#retry);
    this.#closeTransports();
  }

  async #sample(): Promise<void> {
    const transports = this.#transports;
    const sample = await transports?.soundSample();
    if (this.#closed || transports !== this.#transports) return;
    if (sample?.connected) this.#aliveMs = performance.now();
    else if (transports && performance.now() - this.#aliveMs > PATIENCE_MS) this.#startAnew();
    this.#health.take(sample ?? { received: 0, lost: 0, connected: false });
    const { loss } = this.#health;
    if (loss === this.#loss) return;
    const [hadWay, hasWay] = [this.#loss === null, loss === null];
    this.#loss = loss;
    if (hasWay) this.#attempt = 0;
    this.#options.soundChanged(loss);
    // Phrases do not wait for a network that loses every third packet.
    if (hadWay !== hasWay) await this.#options.line.takeSocket(!hasWay);
  }

  /** What was built is beyond recovery; the place in the room is not. */
  #startAnew(inMs = this.#nextRetryMs()): void {
    this.#waitsForServer = !this.#options.signaling.isConnected;
    if (this.#waitsForServer) return;
    this.#run += 1;
    this.#isOpening = false;
    this.#closeTransports();
    this.#health = new SoundHealth('blocked');
    this.#loss ??= this.#tellBlocked();
    void this.#options.line.takeSocket(true);
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#openAgain(), inMs);
  }

  #nextRetryMs(): number {
    const mediumMs = RETRY_MS[Math.min(this.#attempt, RETRY_MS.length - 1)] as number;
    return mediumMs * (0.75 + Math.random() / 2);
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

  #tellBlocked(): SoundLoss {
    this.#options.soundChanged('blocked');
    return 'blocked';
  }

  #closeTransports(): void {
    const transports = this.#transports;
    this.#transports = null;
    this.#recovery?.close();
    this.#recovery = null;
    this.#consuming.clear();
    this.#options.tracks.clear();
    this.#options.line.lostChannel();
    transports?.close();
  }
}

/** Whether another attempt would end the same. */
function isForGood(error: unknown): boolean {
  return !(error instanceof ProtocolError) || error.code === 'UNSUPPORTED_MEDIA';
}
