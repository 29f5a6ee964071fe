import type {
  ClientRequests,
  ConsentAnswer,
  InputOf,
  ModerateSpeech,
  OutputOf,
  PeerId,
  Phrase,
  RtpCapabilities,
} from '#protocol';
import { MicrophoneControl } from './microphoneControl.ts';
import { OwnDevice } from './ownDevice.ts';
import { OrderControls } from './orderControls.ts';
import { PhraseLine } from './phraseLine.ts';
import { RecordingControls } from './recordingControls.ts';
import { RemoteTracks, type Volumes } from './remoteTracks.ts';
import type { EndReason, RoomState } from './roomState.ts';
import { RoomStore } from './roomStore.ts';
import type { Whereabouts } from './servers.ts';
import { Signaling } from './signaling.ts';
import { StageControls } from './stageControls.ts';
import { Stay } from './stay.ts';

/** Attempts, about a second apart, after which a person is told that the server is gone. */
const MAX_ATTEMPTS = 50;

/** An open microphone sends more often than this. */
const ARRIVES_MS = 1_000;

export interface RoomClientOptions {
  readonly accessToken: string;
  /** Gets another access token by entering again, where the last one has expired. */
  readonly renew?: () => Promise<string>;
  /** Null for those who only listen, and for those whose microphone did not open. */
  readonly microphone: MediaStreamTrack | null;
  readonly muted: boolean;
  /** As the door said; left out, a listener's first sound takes a question more. */
  readonly routerRtpCapabilities?: RtpCapabilities;
  /** What was answered at the door, where the room asks there. */
  readonly consent?: ConsentAnswer;
  /** The server, where it is always the same one; the page's own when left out. */
  readonly url?: string;
  /** Where the room's server is, as `renew` finds it. */
  readonly whereabouts?: Whereabouts;
  /** For programs: browsers say their page's by themselves. */
  readonly origin?: string;
}

/** One person in one room: keeps the connection, the sound and the phrases going. */
export class RoomClient {
  readonly recording: RecordingControls;
  readonly phrases: PhraseLine;
  readonly microphone: MicrophoneControl;
  /** What one asks of the order in the room. */
  readonly stage: StageControls;
  /** What a moderator does to keep it. */
  readonly order: OrderControls;
  readonly #signaling: Signaling;
  readonly #store = new RoomStore();
  readonly #remoteTracks = new RemoteTracks(() => this.#store.update({ playbackBlocked: true }));
  readonly #stay: Stay;
  /** Aborted at the end. */
  readonly #watching = new AbortController();

  /** Returns at once; `state` says how it goes. */
  static connect(options: RoomClientOptions): RoomClient {
    return new RoomClient(options);
  }

  private constructor(options: RoomClientOptions) {
    const signaling = (this.#signaling = this.#makeSignaling(options));
    this.microphone = new MicrophoneControl({
      signaling,
      media: () => this.#stay.media,
      me: () => this.state.me,
      track: options.microphone,
      muted: options.muted,
      onChange: (state) => this.#store.update({ microphone: state }),
    });
    this.#store.update({ microphone: this.microphone.state });
    this.phrases = new PhraseLine({
      signaling,
      state: () => this.state,
      update: this.#store.update,
      arrived: this.#store.arrived,
    });
    this.recording = new RecordingControls({
      signaling,
      onAnswered: ({ answer, named }) => this.#store.update({ consent: answer, named }),
    });
    this.stage = new StageControls(signaling);
    this.order = new OrderControls(signaling);
    this.#stay = new Stay({
      signaling,
      store: this.#store,
      tracks: this.#remoteTracks,
      microphone: this.microphone,
      device: new OwnDevice(options.routerRtpCapabilities),
      phrases: this.phrases,
      consent: options.consent,
      ended: (reason) => this.#ended(reason),
    });
    this.#watch('online', () => this.#stay.online());
    // A page that goes away says so, or the others would wait for it to come back.
    this.#watch('pagehide', () => this.leave());
  }

  #makeSignaling({ accessToken, renew, url = '', ...more }: RoomClientOptions): Signaling {
    const { origin, whereabouts } = more;
    return new Signaling({
      url,
      ...(whereabouts === undefined ? {} : { whereabouts }),
      accessToken,
      ...(renew === undefined ? {} : { renew }),
      ...(origin === undefined ? {} : { headers: { origin } }),
      events: {
        connected: () => void this.#stay.enter(),
        disconnected: () => this.#stay.lose(),
        refused: (error) => this.#stay.end(error.code),
        heldOff: () => this.#stay.heldOff(),
        unreachable: (attempts) => {
          if (attempts >= MAX_ATTEMPTS) this.#stay.end('unreachable');
        },
        notified: (notification) => this.#stay.take(notification),
        asked: { newConsumer: (options) => this.#stay.consume(options) },
      },
    });
  }

  get state(): RoomState {
    return this.#store.state;
  }

  /** For what is asked over HTTP: the newest, each good for some minutes. */
  get accessToken(): string {
    return this.#signaling.accessToken;
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
    if (peerId === this.state.me?.peerId) return this.microphone.level;
    return this.#remoteTracks.levelOf(peerId);
  }

  /** Whether anybody's sound arrives at this moment; not part of `state`. Of a silent room it cannot be told. */
  get soundArrives(): boolean {
    return Date.now() - this.#remoteTracks.arrivedMs < ARRIVES_MS;
  }

  /** Those who only listen, a page at a time: to who only listens they are a number. @throws ProtocolError */
  listAudience(
    page: InputOf<ClientRequests['listAudience']>,
  ): Promise<OutputOf<ClientRequests['listAudience']>> {
    return this.#signaling.request('listAudience', page);
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

  /** How loud one person is played here, 0 to 1; kept for as long as one stays. */
  setVolumeOf(peerId: PeerId, volume: number): void {
    this.#remoteTracks.setVolumeOf(peerId, volume);
  }

  /** Plays what the browser held back; to be called from a person's tap. */
  async resumePlayback(): Promise<void> {
    this.#store.update({ playbackBlocked: !(await this.#remoteTracks.play()) });
  }

  /** Tries again after the end by `unreachable`. */
  retry(): void {
    if (this.state.endReason !== 'unreachable') return;
    this.#store.update({ connection: 'connecting', endReason: null });
    this.#signaling.retry();
  }

  /** Lets go of everything at once, the microphone too. */
  leave(): void {
    this.#stay.leave();
  }

  /** Programs have no page. */
  #watch(event: 'online' | 'pagehide', act: () => void): void {
    globalThis.addEventListener?.(event, act, { signal: this.#watching.signal });
  }

  /** The end keeps the microphone only where `retry` may follow. */
  #ended(endReason: EndReason): void {
    if (endReason === 'unreachable') return;
    this.microphone.release();
    this.#watching.abort();
  }
}
