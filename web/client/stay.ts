import {
  ProtocolError,
  type ConsentAnswer,
  type ConsumerOptions,
  type ErrorCode,
  type RoomSnapshot,
} from '#protocol';
import { Admission } from './admission.ts';
import { ConnectionWatch } from './connectionWatch.ts';
import { MediaSide } from './mediaSide.ts';
import type { MicrophoneControl } from './microphoneControl.ts';
import { NewsDesk } from './newsDesk.ts';
import type { OwnDevice } from './ownDevice.ts';
import { OwnRole } from './ownRole.ts';
import type { PhraseLine } from './phraseLine.ts';
import type { RemoteTracks } from './remoteTracks.ts';
import {
  fromResumed,
  fromSnapshot,
  isOnStage,
  isSoundExpected,
  withSound,
  type EndReason,
  type RoomState,
} from './roomState.ts';
import type { RoomStore } from './roomStore.ts';
import type { Signaling, Told } from './signaling.ts';
import { Visit } from './visit.ts';

/**
 * Refusals of `join` that pass by themselves: a server that restarts or is busy, a place that was given up
 * meanwhile, a token that the next handshake finds to be over too.
 */
const PASSING: readonly ErrorCode[] = [
  'SERVER_STOPPING',
  'INTERNAL',
  'RATE_LIMITED',
  'WRONG_STATE',
  'TOKEN_EXPIRED',
];
/** What sends somebody away who is back in a moment. */
const RESTARTS: readonly ErrorCode[] = ['SERVER_STOPPING', 'INTERNAL', 'TOKEN_EXPIRED'];

interface Options {
  readonly signaling: Signaling;
  readonly store: RoomStore;
  readonly tracks: RemoteTracks;
  readonly microphone: MicrophoneControl;
  readonly device: OwnDevice;
  readonly phrases: PhraseLine;
  /** What was answered at the door, where the room asks there. */
  readonly consent: ConsentAnswer | undefined;
  /** Told each time that it ends, or would if it had not. */
  readonly ended: (reason: EndReason) => void;
}

/** One person's stay in a room, over all connections from the first to the end. */
export class Stay {
  readonly #options: Options;
  readonly #admission: Admission;
  readonly #connection: ConnectionWatch;
  readonly #role: OwnRole;
  readonly #news: NewsDesk;
  #visit: Visit | null = null;

  constructor(options: Options) {
    this.#options = options;
    const { signaling, microphone, phrases } = options;
    this.#admission = new Admission({
      signaling,
      consent: options.consent,
      listen: () => options.device.listen(),
      heldOff: () => this.heldOff(),
      waiting: () => this.#wait(),
    });
    this.#connection = new ConnectionWatch({
      ...{ signaling, tracks: options.tracks },
      isSoundExpected: () => isSoundExpected(this.#state),
      isOneOfMany: () => !isOnStage(this.#state),
      soundMissing: () => this.media?.lookAgain(false),
      lasts: () => {
        if (this.#state.connection === 'connected') this.#update({ connection: 'reconnecting' });
      },
    });
    this.#role = new OwnRole({
      state: () => this.#state,
      ...{ microphone, phrases, tracks: options.tracks },
      media: () => this.media,
    });
    this.#news = new NewsDesk({
      ...options,
      revisions: () => this.#visit?.revisions ?? null,
      changed: () => this.#role.follow(),
      missed: () => signaling.resync(),
      mediaLost: () => this.#visit?.mediaLost(),
      admitted: () => this.#admission.admitted(),
      // A server that stops is usually one that starts again: keep trying.
      removed: (code) => RESTARTS.includes(code) || this.end(code),
    });
  }

  /** The media side of this moment; null without a place in the room. */
  get media(): MediaSide | null {
    return this.#visit?.media ?? null;
  }

  /** A socket stands: asks for the place that was kept, or for a new one. */
  async enter(): Promise<void> {
    // The same media, should the server have kept the place: news of it may come before the answer.
    const visit = new Visit(this.media);
    this.#visit = visit;
    try {
      const snapshot = await this.#admission.ask();
      if (snapshot && visit === this.#visit) await this.#begin(visit, snapshot);
    } catch (error) {
      if (visit !== this.#visit) return;
      const code = error instanceof ProtocolError ? error.code : 'UNSUPPORTED_MEDIA';
      if (!visit.isIn && PASSING.includes(code)) return this.#reconnect();
      // For whoever looks into it; the person gets a sentence.
      console.error('Cora could not enter the room', error);
      this.end(code);
    }
  }

  /** The server has no time yet, and said when to come again. */
  heldOff(): void {
    this.#update({ heldOff: true });
  }

  /** The socket is gone; what runs over WebRTC is not, and the server keeps the place for a while. */
  lose(): void {
    // Who was not in yet has lost nothing.
    if (this.#state.connection === 'connected') this.#connection.lost();
  }

  /** The machine says that it has a network again. */
  online(): void {
    this.#connection.online();
  }

  async consume(options: ConsumerOptions): Promise<Record<string, never>> {
    if (!this.#visit) throw new Error('not receiving');
    return this.#visit.consume(options);
  }

  take(told: Told): void {
    this.#news.take(told);
  }

  /** Says goodbye. */
  leave(): void {
    // Nobody waits for the answer: the server notices the closed socket as well.
    if (this.#visit) void this.#options.signaling.request('leave', {}).catch(() => undefined);
    this.end('left');
  }

  /** Idempotent. */
  end(endReason: EndReason): void {
    this.#options.ended(endReason);
    if (this.#state.connection === 'ended') return;
    this.#connection.close();
    this.#admission.close();
    if (this.#visit) this.#dropMedia(this.#visit);
    this.#visit = null;
    this.#options.phrases.close();
    this.#update({ connection: 'ended', endReason, playbackBlocked: false });
    this.#options.signaling.close();
  }

  async #begin(visit: Visit, snapshot: RoomSnapshot): Promise<void> {
    const { signaling, phrases } = this.#options;
    signaling.settled(snapshot);
    visit.enter();
    const { networkGone } = this.#connection.back();
    if (snapshot.resumed && visit.media) {
      this.#goOn(snapshot, visit.media);
      visit.goOn(networkGone);
    } else {
      this.#dropMedia(visit);
      this.#update({ ...fromSnapshot(this.#state, snapshot), connection: this.#notWaiting });
      phrases.begin(snapshot.phrases.at(-1)?.seq);
      this.#role.follow();
    }
    this.#options.tracks.setHolders(snapshot.slots);
    for (const early of visit.revisions.begin(snapshot.revision)) this.#news.change(early);
    if (!visit.media) await this.#openMedia(visit, snapshot);
  }

  /** One's place was kept, and sound with it. */
  #goOn(snapshot: RoomSnapshot, media: MediaSide): void {
    const { microphone, phrases } = this.#options;
    const before = this.#notWaiting === 'connecting' ? 'connecting' : 'connected';
    this.#update({ ...fromResumed(this.#state, snapshot), connection: before });
    phrases.resume();
    this.#role.follow();
    void microphone.agreeOn(this.#state.me?.microphone ?? 'none', media);
  }

  async #openMedia(visit: Visit, snapshot: RoomSnapshot): Promise<void> {
    const { signaling, device, microphone, phrases, tracks } = this.#options;
    const media: MediaSide = new MediaSide({
      signaling,
      device: () => device.ready(snapshot.routerRtpCapabilities),
      listening: snapshot.listening,
      line: phrases,
      tracks,
      isOnStage: () => isOnStage(this.#state),
      opened: () => {
        if (media === this.media) this.#update({ connection: 'connected' });
      },
      wayOutOpened: () => void microphone.connect(media),
      loss: this.#state.soundLost?.reason ?? null,
      soundChanged: (loss) => this.#update(withSound(this.#state, loss)),
      soundStopped: () => this.#connection.soundStopped(),
      brokenOff: () => void this.#connection.verify(),
    });
    visit.media = media;
    await media.open();
  }

  /** A moderator has to let one in; a place that one had is given up. */
  #wait(): void {
    if (this.#visit) this.#dropMedia(this.#visit);
    this.#update({ connection: 'waiting', heldOff: false });
  }

  #reconnect(): void {
    this.lose();
    this.#options.signaling.reconnect();
  }

  #dropMedia(visit: Visit): void {
    visit.media?.close();
    visit.media = null;
    this.#options.phrases.lost();
  }

  get #notWaiting(): RoomState['connection'] {
    const { connection } = this.#state;
    return connection === 'waiting' ? 'connecting' : connection;
  }

  get #state(): RoomState {
    return this.#options.store.state;
  }

  #update(change: Partial<RoomState>): void {
    this.#options.store.update(change);
  }
}
