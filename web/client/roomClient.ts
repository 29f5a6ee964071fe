import {
  ProtocolError,
  can,
  type ConsentAnswer,
  type ConsumerOptions,
  type ErrorCode,
  type PeerId,
  type Phrase,
  type RoomSnapshot,
} from '#protocol';
import { Device } from 'mediasoup-client';
import { OwnMicrophone } from './ownMicrophone.ts';
import { interrupted, stillPending, withFailure } from './pendingPhrases.ts';
import { PhraseChannel, makeDraft } from './phraseChannel.ts';
import { PhraseFeed } from './phraseFeed.ts';
import { RecordingControls } from './recordingControls.ts';
import { RemoteTracks } from './remoteTracks.ts';
import { Revisions } from './revisions.ts';
import { reduce, reduceNews, type RoomNotification } from './roomReducer.ts';
import {
  INITIAL_ROOM_STATE,
  fromSnapshot,
  type EndReason,
  type PendingPhrase,
  type RoomState,
} from './roomState.ts';
import { Signaling, type Notification } from './signaling.ts';
import { Transports } from './transports.ts';

/** Attempts, at most 5 s apart, after which a person is told that the server is gone. */
const MAX_ATTEMPTS = 12;

/** Refusals of `join` that pass by themselves: a server that restarts, a worker that is replaced. */
const PASSING: readonly ErrorCode[] = ['SERVER_STOPPING', 'INTERNAL'];

export interface RoomClientOptions {
  readonly accessToken: string;
  /** Null for those who only listen, and for those whose microphone did not open. */
  readonly microphone: MediaStreamTrack | null;
  readonly muted: boolean;
  /** What was answered at the door, where the room asks there. */
  readonly consent?: ConsentAnswer;
  /** The server; the page's own when left out. */
  readonly url?: string;
}

/** What lives as long as one connection. */
interface Visit {
  readonly revisions: Revisions;
  transports: Transports | null;
}

/** One person in one room: keeps the connection, the sound and the phrases going. */
export class RoomClient {
  readonly recording: RecordingControls;
  readonly #signaling: Signaling;
  readonly #phraseChannel = new PhraseChannel(() => this.#showWhetherPhrasesGo());
  readonly #listeners = new Set<() => void>();
  readonly #phraseListeners = new Set<(phrase: Phrase) => void>();
  readonly #remoteTracks = new RemoteTracks(() => this.#update({ playbackBlocked: true }));
  readonly #microphone = new OwnMicrophone(() => void this.#loseMicrophone());
  #state: RoomState = INITIAL_ROOM_STATE;
  #visit: Visit | null = null;
  #muted: boolean;
  /** Good for the first visit alone: who comes back may meet another recording, and is asked anew. */
  #answerAtDoor: ConsentAnswer | undefined;
  /** Connections of microphones, one after another. */
  #connecting: Promise<unknown> = Promise.resolve();

  /** Returns at once; `state` says how it goes. */
  static connect(options: RoomClientOptions): RoomClient {
    return new RoomClient(options);
  }

  private constructor({ accessToken, microphone, muted, consent, url = '' }: RoomClientOptions) {
    this.#muted = muted;
    this.#answerAtDoor = consent;
    if (microphone) this.#microphone.use(microphone);
    this.#signaling = new Signaling({
      url,
      accessToken,
      events: {
        connected: () => void this.#enter(),
        disconnected: () => this.#lose(),
        refused: (error) => this.#end(error.code),
        unreachable: (attempts) => {
          if (attempts >= MAX_ATTEMPTS) this.#end('unreachable');
        },
        notified: (notification) => this.#take(notification),
        asked: { newConsumer: (options) => this.#consume(options) },
      },
    });
    this.recording = new RecordingControls({
      signaling: this.#signaling,
      onAnswered: ({ answer }) => this.#update({ consent: answer }),
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Calls `listener` after every change of `state`. Returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with each phrase as it arrives, once; not with those from before. */
  onPhrase(listener: (phrase: Phrase) => void): () => void {
    this.#phraseListeners.add(listener);
    return () => this.#phraseListeners.delete(listener);
  }

  /** How loud somebody is at this moment, 0 to 1; for an animation frame, not part of `state`. */
  levelOf(peerId: PeerId): number {
    if (peerId !== this.#state.me?.peerId) return this.#remoteTracks.levelOf(peerId);
    return this.#muted ? 0 : this.#microphone.level;
  }

  /** Sends a phrase. It is pending until it comes back stamped; returns the name of its draft. */
  sendPhrase(text: string, language: string): string {
    const draftId = crypto.randomUUID();
    const draft = makeDraft({ draftId, text, language });
    const code = draft ? this.#trySend(draft) : 'INVALID_MESSAGE';
    const pending: PendingPhrase = { draftId, text, language, failure: code && { code } };
    this.#update({ pendingPhrases: [...this.#state.pendingPhrases, pending] });
    return draftId;
  }

  dismissPending(draftId: string): void {
    this.#update({
      pendingPhrases: this.#state.pendingPhrases.filter((it) => it.draftId !== draftId),
    });
  }

  /**
   * Silence at once, whatever the server says; sound only when the server lets it through.
   * @throws ProtocolError when the server could not be told; one is then muted all the same
   */
  async setMuted(muted: boolean): Promise<void> {
    const before = this.#muted;
    this.#muted = muted;
    const transports = this.#visit?.transports;
    if (muted) transports?.setMuted(true);
    if (!transports?.hasMicrophone) return;
    try {
      await this.#signaling.request('setMuted', { muted });
    } catch (error) {
      if (!muted) this.#muted = before;
      throw error;
    }
    transports.setMuted(this.#muted);
  }

  /**
   * Connects a microphone, or changes to another. The track is the client's from here on, and
   * stopped when it cannot be connected.
   */
  async useMicrophone(track: MediaStreamTrack): Promise<void> {
    try {
      await this.#connectMicrophone(track);
    } catch (error) {
      track.stop();
      throw error;
    }
    this.#microphone.use(track);
  }

  /** @param deviceId empty for the browser's default */
  async setOutputDevice(deviceId: string): Promise<void> {
    await this.#remoteTracks.setSinkId(deviceId);
  }

  /** Plays what the browser held back; to be called from a person's tap. */
  async resumePlayback(): Promise<void> {
    this.#update({ playbackBlocked: !(await this.#remoteTracks.play()) });
  }

  /** Tries again after the end by `unreachable`. */
  retry(): void {
    if (this.#state.endReason !== 'unreachable') return;
    this.#update({ connection: 'connecting', endReason: null });
    this.#signaling.settled();
    this.#signaling.reconnect();
  }

  /** Lets go of everything at once, the microphone too. */
  leave(): void {
    // Nobody waits for the answer: the server notices the closed socket as well.
    if (this.#visit) void this.#signaling.request('leave', {}).catch(() => undefined);
    this.#end('left');
    this.#microphone.release();
  }

  async #enter(): Promise<void> {
    this.#closeMedia();
    const visit: Visit = { revisions: new Revisions(), transports: null };
    this.#visit = visit;
    try {
      const consent = this.#answerAtDoor;
      const snapshot = await this.#signaling.request('join', consent ? { consent } : {});
      if (visit !== this.#visit) return;
      this.#answerAtDoor = undefined;
      this.#signaling.settled();
      this.#update({
        ...fromSnapshot(this.#state, snapshot),
        pendingPhrases: stillPending(this.#state.pendingPhrases, snapshot.phrases),
      });
      for (const early of visit.revisions.begin(snapshot.revision)) this.#change(early);
      await this.#openMedia(visit, snapshot);
    } catch (error) {
      if (visit !== this.#visit) return;
      const code = error instanceof ProtocolError ? error.code : 'UNSUPPORTED_MEDIA';
      if (PASSING.includes(code)) return this.#reconnect();
      // For whoever looks into it; the person gets a sentence.
      console.error('Cora could not enter the room', error);
      this.#end(code);
    }
  }

  async #openMedia(visit: Visit, snapshot: RoomSnapshot): Promise<void> {
    const transports = await Transports.open({
      signaling: this.#signaling,
      device: await Device.factory(),
      routerRtpCapabilities: snapshot.routerRtpCapabilities,
      onFailed: () => {
        if (visit === this.#visit) this.#reconnect();
      },
    });
    if (visit !== this.#visit) return transports.close();
    visit.transports = transports;
    const feed = new PhraseFeed({
      lastSeq: snapshot.phrases.at(-1)?.seq ?? 0,
      fetchAfter: async (afterSeq) =>
        (await this.#signaling.request('getPhrases', { afterSeq })).phrases,
      take: (phrases) => {
        if (visit === this.#visit) this.#hear(phrases);
      },
    });
    const channel = await transports.startReceiving();
    this.#phraseChannel.receive(channel, (phrase) => feed.arrived(phrase));
    // What was said before the channel stood went by it.
    channel.on('open', () => void feed.catchUp());
    if (can(this.#state.me?.role ?? 'audience', 'sendPhrase')) {
      this.#phraseChannel.sendOn(await transports.openSending());
    }
    if (visit !== this.#visit) return;
    this.#update({ connection: 'connected' });
    const { track } = this.#microphone;
    if (!track) return;
    // Who cannot be heard can still listen and write.
    await this.#connectMicrophone(track).catch((error: unknown) => {
      console.error('Cora could not connect the microphone', error);
    });
  }

  #connectMicrophone(track: MediaStreamTrack): Promise<void> {
    const connected = this.#connecting.then(async () => {
      await this.#visit?.transports?.useMicrophone(track, this.#muted);
    });
    this.#connecting = connected.catch(() => undefined);
    return connected;
  }

  /** The device went away: the others are shown so, and another can be connected. */
  async #loseMicrophone(): Promise<void> {
    this.#microphone.release();
    this.#visit?.transports?.closeMicrophone();
    if (this.#visit) await this.#signaling.request('stopProducing', {}).catch(() => undefined);
  }

  async #consume(options: ConsumerOptions): Promise<Record<string, never>> {
    const visit = this.#visit;
    if (!visit?.transports) throw new Error('not receiving');
    const consumer = await visit.transports.consume(options);
    if (visit === this.#visit) {
      this.#remoteTracks.add(options.consumerId, options.peerId, consumer);
    }
    return {};
  }

  #take(told: Notification): void {
    switch (told.name) {
      case 'consumerClosed':
        return this.#remoteTracks.remove(told.body.consumerId);
      case 'levelsChanged':
        if (told.body.activeSpeaker !== this.#state.activeSpeaker) {
          this.#update({ activeSpeaker: told.body.activeSpeaker });
        }
        return;
      case 'phraseRejected':
        return this.#update({ pendingPhrases: withFailure(this.#state.pendingPhrases, told.body) });
      case 'consentChanged':
      case 'recordingProgress':
      case 'recordingReady':
      case 'recordingFailed':
        return this.#update(reduceNews(this.#state, told));
      case 'removed':
        // A server that stops is usually one that starts again: keep trying.
        if (!PASSING.includes(told.body.code)) this.#end(told.body.code);
        return;
      default:
        this.#change(told);
    }
  }

  #change(notification: RoomNotification): void {
    const place = this.#visit?.revisions.place(notification);
    if (place === 'gap') this.#reconnect();
    if (place === 'news') this.#update(reduce(this.#state, notification));
  }

  #hear(phrases: readonly Phrase[]): void {
    this.#update({
      phrases: [...this.#state.phrases, ...phrases],
      pendingPhrases: stillPending(this.#state.pendingPhrases, phrases),
    });
    for (const phrase of phrases) {
      for (const listener of this.#phraseListeners) listener(phrase);
    }
  }

  #trySend(draft: Parameters<PhraseChannel['send']>[0]): ErrorCode | null {
    try {
      this.#phraseChannel.send(draft);
      return null;
    } catch {
      return 'WRONG_STATE';
    }
  }

  #showWhetherPhrasesGo(): void {
    const canSendPhrases = this.#phraseChannel.isOpen;
    if (canSendPhrases !== this.#state.canSendPhrases) this.#update({ canSendPhrases });
  }

  #reconnect(): void {
    this.#lose();
    this.#signaling.reconnect();
  }

  #lose(): void {
    this.#closeMedia();
    if (this.#state.connection === 'ended') return;
    this.#update({
      connection: 'reconnecting',
      pendingPhrases: interrupted(this.#state.pendingPhrases),
      canSendPhrases: false,
    });
  }

  /** The end keeps the microphone only where `retry` may follow. */
  #end(endReason: EndReason): void {
    if (endReason !== 'unreachable') this.#microphone.release();
    if (this.#state.connection === 'ended') return;
    this.#closeMedia();
    this.#update({ connection: 'ended', endReason, canSendPhrases: false, playbackBlocked: false });
    this.#signaling.close();
  }

  #closeMedia(): void {
    this.#remoteTracks.clear();
    this.#visit?.transports?.close();
    this.#visit = null;
  }

  #update(change: Partial<RoomState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
