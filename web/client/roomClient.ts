import {
  ProtocolError,
  can,
  type ConsentAnswer,
  type ConsumerOptions,
  type ErrorCode,
  type ModerateSpeech,
  type PeerId,
  type Phrase,
  type RoomSnapshot,
} from '#protocol';
import { joinInTurn } from './joinInTurn.ts';
import { ConnectionWatch } from './connectionWatch.ts';
import { MediaSide } from './mediaSide.ts';
import { MicrophoneControl } from './microphoneControl.ts';
import { PhraseLine } from './phraseLine.ts';
import { RecordingControls } from './recordingControls.ts';
import { RemoteTracks, type Volumes } from './remoteTracks.ts';
import { reduce, reduceNews, type RoomNotification } from './roomReducer.ts';
import {
  fromResumed,
  fromSnapshot,
  type EndReason,
  type RoomState,
  type SoundLoss,
} from './roomState.ts';
import { RoomStore } from './roomStore.ts';
import { Signaling, type Notification } from './signaling.ts';
import { Visit } from './visit.ts';

/** Attempts, about a second apart, after which a person is told that the server is gone. */
const MAX_ATTEMPTS = 50;

/** An open microphone sends more often than this. */
const ARRIVES_MS = 1_000;

/** Refusals of `join` that pass by themselves: a server that restarts or is busy, a place that was given up meanwhile. */
const PASSING: readonly ErrorCode[] = [
  'SERVER_STOPPING',
  'INTERNAL',
  'RATE_LIMITED',
  'WRONG_STATE',
];
/** What sends somebody away who is back in a moment. */
const RESTARTS: readonly ErrorCode[] = ['SERVER_STOPPING', 'INTERNAL'];

export interface RoomClientOptions {
  readonly accessToken: string;
  /** Null for those who only listen, and for those whose microphone did not open. */
  readonly microphone: MediaStreamTrack | null;
  readonly muted: boolean;
  /** What was answered at the door, where the room asks there. */
  readonly consent?: ConsentAnswer;
  /** The server; the page's own when left out. */
  readonly url?: string;
  /** For programs: browsers say their page's by themselves. */
  readonly origin?: string;
}

/** One person in one room: keeps the connection, the sound and the phrases going. */
export class RoomClient {
  readonly recording: RecordingControls;
  readonly phrases: PhraseLine;
  readonly microphone: MicrophoneControl;
  readonly #signaling: Signaling;
  readonly #store = new RoomStore();
  readonly #remoteTracks = new RemoteTracks(() => this.#update({ playbackBlocked: true }));
  #visit: Visit | null = null;
  readonly #connection: ConnectionWatch;
  /** Aborted at the end. */
  readonly #watching = new AbortController();
  /** Good for the first visit alone: who comes back may meet another recording, and is asked anew. */
  #answerAtDoor: ConsentAnswer | undefined;

  /** Returns at once; `state` says how it goes. */
  static connect(options: RoomClientOptions): RoomClient {
    return new RoomClient(options);
  }

  private constructor(options: RoomClientOptions) {
    const { accessToken, microphone, muted, consent, url = '', origin } = options;
    this.#answerAtDoor = consent;
    this.#signaling = new Signaling({
      url,
      accessToken,
      ...(origin === undefined ? {} : { headers: { origin } }),
      events: {
        connected: () => void this.#enter(),
        disconnected: () => this.#lose(),
        refused: (error) => this.#end(error.code),
        heldOff: () => this.#update({ heldOff: true }),
        unreachable: (attempts) => {
          if (attempts >= MAX_ATTEMPTS) this.#end('unreachable');
        },
        notified: (notification) => this.#take(notification),
        asked: { newConsumer: (options) => this.#consume(options) },
      },
    });
    this.#connection = new ConnectionWatch({
      signaling: this.#signaling,
      isSoundExpected: () => this.#isSoundExpected,
      soundMissing: () => this.#visit?.media?.lookAgain(false),
      lasts: () => {
        if (this.#state.connection === 'connected') this.#update({ connection: 'reconnecting' });
      },
    });
    this.microphone = new MicrophoneControl({
      signaling: this.#signaling,
      media: () => this.#visit?.media ?? null,
      track: microphone,
      muted,
      onChange: (state) => this.#update({ microphone: state }),
    });
    this.#update({ microphone: this.microphone.state });
    this.phrases = new PhraseLine({
      signaling: this.#signaling,
      state: () => this.#state,
      update: (change) => this.#update(change),
      arrived: this.#store.arrived,
    });
    this.recording = new RecordingControls({
      signaling: this.#signaling,
      onAnswered: ({ answer, named }) => this.#update({ consent: answer, named }),
    });
    this.#watch('online', () => this.#connection.online());
    // A page that goes away says so, or the others would wait for it to come back.
    this.#watch('pagehide', () => this.leave());
  }

  get state(): RoomState {
    return this.#store.state;
  }

  /** Calls `listener` after every change of `state`. Returns what ends that. */
  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  /** Calls `listener` with each phrase as it arrives, once; not with those from before. */
  onPhrase(listener: (phrase: Phrase) => void): () => void {
    return this.#store.onPhrase(listener);
  }

  /** How loud somebody is at this moment, 0 to 1; for an animation frame, not part of `state`. */
  levelOf(peerId: PeerId): number {
    if (peerId === this.#state.me?.peerId) return this.microphone.level;
    return this.#remoteTracks.levelOf(peerId);
  }

  /** Whether anybody's sound arrives at this moment; not part of `state`. Of a silent room it cannot be told. */
  get soundArrives(): boolean {
    return Date.now() - this.#remoteTracks.arrivedMs < ARRIVES_MS;
  }

  /** What a moderator does to the queue of phrases. @throws ProtocolError */
  async moderateSpeech(command: ModerateSpeech): Promise<void> {
    await this.#signaling.request('moderateSpeech', command);
  }

  /** @param deviceId empty for the browser's default */
  async setOutputDevice(deviceId: string): Promise<void> {
    await this.#remoteTracks.setSinkId(deviceId);
  }

  setVolumes(volumes: Volumes): void {
    this.#remoteTracks.setVolumes(volumes);
  }

  /** Plays what the browser held back; to be called from a person's tap. */
  async resumePlayback(): Promise<void> {
    this.#update({ playbackBlocked: !(await this.#remoteTracks.play()) });
  }

  /** Tries again after the end by `unreachable`. */
  retry(): void {
    if (this.#state.endReason !== 'unreachable') return;
    this.#update({ connection: 'connecting', endReason: null });
    this.#signaling.retry();
  }

  /** Lets go of everything at once, the microphone too. */
  leave(): void {
    // Nobody waits for the answer: the server notices the closed socket as well.
    if (this.#visit) void this.#signaling.request('leave', {}).catch(() => undefined);
    this.#end('left');
    this.microphone.release();
  }

  async #enter(): Promise<void> {
    // The same media, should the server have kept the place: news of it may come before the answer.
    const visit = new Visit(this.#visit?.media ?? null);
    this.#visit = visit;
    try {
      const snapshot = await joinInTurn({
        signaling: this.#signaling,
        consent: this.#answerAtDoor,
        heldOff: () => this.#update({ heldOff: true }),
        isWanted: () => visit === this.#visit,
      });
      if (!snapshot) return;
      this.#answerAtDoor = undefined;
      this.#signaling.settled(snapshot);
      visit.enter();
      const { networkGone } = this.#connection.back();
      if (snapshot.resumed && visit.media) {
        this.#goOn(snapshot, visit.media);
        visit.goOn(networkGone);
      } else {
        this.#dropMedia(visit);
        this.#update(fromSnapshot(this.#state, snapshot));
        this.phrases.begin();
      }
      for (const early of visit.revisions.begin(snapshot.revision)) this.#change(early);
      if (!visit.media) await this.#openMedia(visit, snapshot);
    } catch (error) {
      if (visit !== this.#visit) return;
      const code = error instanceof ProtocolError ? error.code : 'UNSUPPORTED_MEDIA';
      if (!visit.isIn && PASSING.includes(code)) return this.#reconnect();
      // For whoever looks into it; the person gets a sentence.
      console.error('Cora could not enter the room', error);
      this.#end(code);
    }
  }

  /** An open microphone sends all the time, if little of silence. */
  get #isSoundExpected(): boolean {
    const { peers, me } = this.#state;
    return peers.some(({ peerId, microphone }) => peerId !== me?.peerId && microphone === 'open');
  }

  /** One's place was kept, and sound with it. */
  #goOn(snapshot: RoomSnapshot, media: MediaSide): void {
    const before = this.#state.connection === 'connecting' ? 'connecting' : 'connected';
    this.#update({ ...fromResumed(this.#state, snapshot), connection: before });
    this.phrases.resume();
    void this.microphone.agreeOn(this.#state.me?.microphone ?? 'none', media);
  }

  async #openMedia(visit: Visit, snapshot: RoomSnapshot): Promise<void> {
    const media: MediaSide = new MediaSide({
      signaling: this.#signaling,
      routerRtpCapabilities: snapshot.routerRtpCapabilities,
      line: this.phrases,
      tracks: this.#remoteTracks,
      maySend: can(this.#state.me?.role ?? 'audience', 'sendPhrase'),
      opened: () => this.#mediaOpened(media),
      loss: this.#state.soundLost?.reason ?? null,
      soundChanged: (loss) => this.#soundChanged(loss),
      soundStopped: () => this.#connection.soundStopped(),
      brokenOff: () => void this.#connection.verify(),
    });
    visit.media = media;
    await media.open();
  }

  async #mediaOpened(media: MediaSide): Promise<void> {
    if (media !== this.#visit?.media) return;
    this.#update({ connection: 'connected' });
    await this.microphone.connect(media);
  }

  #soundChanged(reason: SoundLoss | null): void {
    const before = this.#state.soundLost;
    const nowMs = Date.now();
    this.#update(
      reason
        ? { soundLost: { sinceMs: before?.sinceMs ?? nowMs, reason } }
        : { soundLost: null, soundMissedMs: before && nowMs - before.sinceMs },
    );
  }

  async #consume(options: ConsumerOptions): Promise<Record<string, never>> {
    if (!this.#visit) throw new Error('not receiving');
    return this.#visit.consume(options);
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
        return this.phrases.rejected(told.body);
      case 'phraseSaid':
        return this.phrases.arrived(told.body.phrase);
      case 'consentChanged':
      case 'recordingProgress':
      case 'recordingReady':
      case 'recordingFailed':
      case 'speechChanged':
      case 'phraseUnspoken':
      case 'phrasesHeard':
      case 'autoRecordFailed':
        return this.#update(reduceNews(this.#state, told));
      case 'mediaLost':
        return this.#visit?.mediaLost();
      case 'removed':
        // A server that stops is usually one that starts again: keep trying.
        if (!RESTARTS.includes(told.body.code)) this.#end(told.body.code);
        return;
      default:
        this.#change(told);
    }
  }

  #change(notification: RoomNotification): void {
    const place = this.#visit?.revisions.place(notification);
    if (place === 'gap') this.#signaling.resync();
    if (place === 'news') this.#update(reduce(this.#state, notification));
  }

  #reconnect(): void {
    this.#lose();
    this.#signaling.reconnect();
  }

  /** The socket is gone; what runs over WebRTC is not, and the server keeps the place for a while. */
  #lose(): void {
    // Who was not in yet has lost nothing.
    if (this.#state.connection === 'connected') this.#connection.lost();
  }

  /** Programs have no page. */
  #watch(event: 'online' | 'pagehide', act: () => void): void {
    globalThis.addEventListener?.(event, act, { signal: this.#watching.signal });
  }

  /** The end keeps the microphone only where `retry` may follow. */
  #end(endReason: EndReason): void {
    if (endReason !== 'unreachable') {
      this.microphone.release();
      this.#watching.abort();
    }
    if (this.#state.connection === 'ended') return;
    this.#connection.close();
    if (this.#visit) this.#dropMedia(this.#visit);
    this.#visit = null;
    this.phrases.close();
    this.#update({ connection: 'ended', endReason, playbackBlocked: false });
    this.#signaling.close();
  }

  #dropMedia(visit: Visit): void {
    visit.media?.close();
    visit.media = null;
    this.phrases.lost();
  }

  get #state(): RoomState {
    return this.#store.state;
  }

  #update(change: Partial<RoomState>): void {
    this.#store.update(change);
  }
}
