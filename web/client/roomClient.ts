import {
  ProtocolError,
  type ConsumerOptions,
  type ErrorCode,
  type PeerId,
  type Phrase,
} from '#protocol';
import { Device } from 'mediasoup-client';
import { LevelMeter } from './microphone.ts';
import { PhraseChannel, makeDraft } from './phraseChannel.ts';
import { interrupted, stillPending, withFailure } from './pendingPhrases.ts';
import { RemoteTracks } from './remoteTracks.ts';
import { Revisions } from './revisions.ts';
import { reduce, type RoomNotification } from './roomReducer.ts';
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

export interface RoomClientOptions {
  readonly accessToken: string;
  /** Null for those who only listen, and for those whose microphone did not open. */
  readonly microphone: MediaStreamTrack | null;
  readonly muted: boolean;
  /** The server; the page's own when left out. */
  readonly url?: string;
}

/** One person in one room: keeps the connection, the sound and the phrases going. */
export class RoomClient {
  readonly #signaling: Signaling;
  readonly #phraseChannel = new PhraseChannel(() => this.#showWhetherPhrasesGo());
  readonly #listeners = new Set<() => void>();
  readonly #phraseListeners = new Set<(phrase: Phrase) => void>();
  readonly #remoteTracks = new RemoteTracks(() => this.#update({ playbackBlocked: true }));
  #state: RoomState = INITIAL_ROOM_STATE;
  #revisions = new Revisions();
  /** Counts connections, so that what an earlier one began does not touch a later one. */
  #visit = 0;
  #transports: Transports | null = null;
  #microphone: MediaStreamTrack | null;
  #ownMeter: LevelMeter | null = null;
  #muted: boolean;

  /** Returns at once; `state` says how it goes. */
  static connect(options: RoomClientOptions): RoomClient {
    return new RoomClient(options);
  }

  private constructor({ accessToken, microphone, muted, url = '' }: RoomClientOptions) {
    this.#microphone = microphone;
    this.#muted = muted;
    if (microphone) this.#ownMeter = new LevelMeter(microphone);
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
    if (peerId === this.#state.me?.peerId) return this.#muted ? 0 : (this.#ownMeter?.read() ?? 0);
    return this.#remoteTracks.levelOf(peerId);
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

  /** @throws ProtocolError when the server could not be told; the microphone is then as before */
  async setMuted(muted: boolean): Promise<void> {
    const before = this.#muted;
    this.#muted = muted;
    // Silence first, whatever the server says; sound only when the server lets it through.
    if (muted) this.#transports?.setMuted(true);
    if (!this.#transports?.hasMicrophone) return;
    try {
      await this.#signaling.request('setMuted', { muted });
    } catch (error) {
      this.#muted = before;
      this.#transports?.setMuted(before);
      throw error;
    }
    this.#transports?.setMuted(this.#muted);
  }

  /** Connects a microphone, or changes to another. The track is the client's from here on. */
  async useMicrophone(track: MediaStreamTrack): Promise<void> {
    const before = this.#microphone;
    await this.#transports?.useMicrophone(track, this.#muted);
    this.#microphone = track;
    this.#ownMeter?.close();
    this.#ownMeter = new LevelMeter(track);
    if (before !== track) before?.stop();
  }

  /** @param deviceId empty for the browser's default */
  async setOutputDevice(deviceId: string): Promise<void> {
    await this.#remoteTracks.setSinkId(deviceId);
  }

  /** Plays what the browser held back; to be called from a person's tap. */
  async resumePlayback(): Promise<void> {
    this.#update({ playbackBlocked: !(await this.#remoteTracks.play()) });
  }

  /** @throws ProtocolError */
  async startRecording(): Promise<void> {
    await this.#signaling.request('startRecording', {});
  }

  /** @throws ProtocolError */
  async stopRecording(): Promise<void> {
    await this.#signaling.request('stopRecording', {});
  }

  /** Tries again after the end by `unreachable`. */
  retry(): void {
    if (this.#state.endReason !== 'unreachable') return;
    this.#update({ connection: 'connecting', endReason: null });
    this.#signaling.reconnect();
  }

  /** Says goodbye and lets go of everything, the microphone too. */
  async leave(): Promise<void> {
    if (this.#state.connection === 'connected') {
      await this.#signaling.request('leave', {}).catch(() => undefined);
    }
    this.#end('left');
  }

  async #enter(): Promise<void> {
    this.#closeMedia();
    this.#visit += 1;
    const visit = this.#visit;
    this.#revisions = new Revisions();
    try {
      const snapshot = await this.#signaling.request('join', {});
      if (visit !== this.#visit) return;
      this.#update({
        ...fromSnapshot(this.#state, snapshot),
        pendingPhrases: stillPending(this.#state.pendingPhrases, snapshot.phrases),
      });
      for (const early of this.#revisions.begin(snapshot.revision)) this.#change(early);
      await this.#openMedia(visit, snapshot.routerRtpCapabilities);
    } catch (error) {
      if (visit !== this.#visit || this.#state.connection === 'ended') return;
      // For whoever looks into it; the person gets a sentence.
      console.error('Cora could not enter the room', error);
      this.#end(error instanceof ProtocolError ? error.code : 'INTERNAL');
    }
  }

  async #openMedia(
    visit: number,
    routerRtpCapabilities: Parameters<typeof Transports.open>[0]['routerRtpCapabilities'],
  ): Promise<void> {
    const transports = await Transports.open({
      signaling: this.#signaling,
      device: await Device.factory(),
      routerRtpCapabilities,
      onFailed: () => {
        if (visit === this.#visit) this.#signaling.reconnect();
      },
    });
    if (visit !== this.#visit) return transports.close();
    this.#transports = transports;
    const phrases = await transports.startReceiving();
    this.#phraseChannel.receive(phrases, (phrase) => this.#hear(phrase));
    this.#update({ connection: 'connected' });
    if (this.#state.me?.role === 'audience') return;
    this.#phraseChannel.sendOn(await transports.openSending());
    if (this.#microphone) await transports.useMicrophone(this.#microphone, this.#muted);
  }

  async #consume(options: ConsumerOptions): Promise<Record<string, never>> {
    if (!this.#transports) throw new Error('not receiving');
    const consumer = await this.#transports.consume(options);
    this.#remoteTracks.add(options.consumerId, options.peerId, consumer);
    return {};
  }

  #take({ name, body }: Notification): void {
    switch (name) {
      case 'consumerClosed':
        return this.#remoteTracks.remove(body.consumerId);
      case 'levelsChanged':
        if (body.activeSpeaker !== this.#state.activeSpeaker) {
          this.#update({ activeSpeaker: body.activeSpeaker });
        }
        return;
      case 'phraseRejected':
        this.#update({ pendingPhrases: withFailure(this.#state.pendingPhrases, body) });
        return;
      case 'recordingReady':
        this.#update({ readyRecordings: [...this.#state.readyRecordings, body.recordingId] });
        return;
      case 'removed':
        // A server that stops is usually one that starts again: keep trying.
        if (body.code !== 'SERVER_STOPPING' && body.code !== 'INTERNAL') this.#end(body.code);
        return;
      default:
        this.#change({ name, body } as RoomNotification);
    }
  }

  #change(notification: RoomNotification): void {
    const place = this.#revisions.place(notification);
    if (place === 'gap') this.#signaling.reconnect();
    if (place === 'news') this.#update(reduce(this.#state, notification));
  }

  #hear(phrase: Phrase): void {
    const last = this.#state.phrases.at(-1);
    if (last && phrase.seq <= last.seq) return;
    this.#update({
      phrases: [...this.#state.phrases, phrase],
      pendingPhrases: stillPending(this.#state.pendingPhrases, [phrase]),
    });
    for (const listener of this.#phraseListeners) listener(phrase);
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

  #lose(): void {
    this.#visit += 1;
    this.#closeMedia();
    if (this.#state.connection === 'ended') return;
    this.#update({
      connection: 'reconnecting',
      pendingPhrases: interrupted(this.#state.pendingPhrases),
      canSendPhrases: false,
    });
  }

  #end(endReason: EndReason): void {
    if (this.#state.connection === 'ended') return;
    this.#visit += 1;
    this.#signaling.close();
    this.#closeMedia();
    if (endReason !== 'unreachable') {
      this.#ownMeter?.close();
      this.#microphone?.stop();
    }
    this.#update({ connection: 'ended', endReason, canSendPhrases: false, playbackBlocked: false });
  }

  #closeMedia(): void {
    this.#remoteTracks.clear();
    this.#transports?.close();
    this.#transports = null;
  }

  #update(change: Partial<RoomState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
