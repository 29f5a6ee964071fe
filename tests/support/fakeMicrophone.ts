import { ProtocolError, type ErrorCode, type PeerId, type PeerInfo } from '#protocol';
import { MicrophoneControl } from '#web/client/microphoneControl.ts';
import type { MicrophoneIntent } from '#web/client/sender.ts';
import { settled } from './fakes.ts';

class FakeTrack extends EventTarget {
  readyState: 'live' | 'ended' = 'live';

  stop(): void {
    this.readyState = 'ended';
  }
}

export const fakeTrack = () => new FakeTrack() as unknown as MediaStreamTrack & FakeTrack;

/** What of a page a microphone is metered with; measures nothing. */
export class SilentAudioContext {
  readonly state = 'running';
  readonly createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData() {} });
  readonly createMediaStreamSource = () => ({ connect() {} });
  readonly resume = () => Promise.resolve();
  readonly close = () => Promise.resolve();
}

/** A server that holds its answers back until told, and has people muted by its own rules. */
class FakeServer {
  isConnected = true;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  state: PeerInfo['microphone'] = 'none';
  mutes = 0;
  mayUnmute = true;
  /** Answers wait while this is set. */
  holdsBack = false;
  /** Refuses the next one with this. */
  refusal: ErrorCode | null = null;
  readonly #waiting: (() => void)[] = [];

  request = async (name: string, input: { muted?: boolean; mutes?: number }) => {
    this.asked.push(name === 'setMuted' ? (input.muted ? 'mute' : 'unmute') : name);
    const failure = this.#decide(name, input);
    if (this.holdsBack) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (failure) throw new ProtocolError(failure, 'refused');
    return {} as never;
  };

  /** Answers what waits, the first to be asked first. */
  async answer(count = this.#waiting.length): Promise<void> {
    for (const resolve of this.#waiting.splice(0, count)) resolve();
    await settled();
  }

  #decide(name: string, { muted, mutes }: { muted?: boolean; mutes?: number }): ErrorCode | null {
    const { refusal } = this;
    this.refusal = null;
    if (refusal) return refusal;
    const isOld = (mutes ?? 0) < this.mutes;
    if (name === 'stopProducing') this.state = 'none';
    else if (name === 'produce') this.state = muted || isOld || !this.mayUnmute ? 'muted' : 'open';
    else if (muted) this.state = 'muted';
    else if (!this.mayUnmute) return 'FORBIDDEN';
    else if (isOld) return 'WRONG_STATE';
    else this.state = 'open';
    return null;
  }
}

/** A way out on which it can be seen whether sound leaves. */
class FakeMedia {
  hasWayOut = true;
  hasMicrophone = false;
  isSending = false;
  readonly #server: FakeServer;

  constructor(server: FakeServer) {
    this.#server = server;
  }

  async useMicrophone(_track: MediaStreamTrack, intent: () => MicrophoneIntent): Promise<void> {
    if (!this.hasWayOut || this.hasMicrophone) return;
    await this.#server.request('produce', intent());
    this.hasMicrophone = true;
    this.isSending = !intent().muted;
  }

  closeMicrophone(): void {
    this.hasMicrophone = this.isSending = false;
  }

  setMuted(muted: boolean): void {
    this.isSending = this.hasMicrophone && !muted;
  }
}

/** One's own microphone against a server and a way out that are made of nothing. */
export class FakeMicrophone {
  readonly server = new FakeServer();
  media = new FakeMedia(this.server);
  me: PeerInfo | null = null;
  readonly control: MicrophoneControl;

  constructor(options: { track?: MediaStreamTrack; muted?: boolean } = {}) {
    const { track = null, muted = true } = options;
    this.control = new MicrophoneControl({
      signaling: this.server as never,
      media: () => this.media,
      me: () => this.me,
      track,
      muted,
      onChange: () => {},
    });
    this.tell();
  }

  /** The next batch of the roster comes. */
  tell(change: Partial<PeerInfo> = {}): void {
    const before = this.me;
    const { state: microphone, mutes, mayUnmute } = this.server;
    this.me = { ...ME, microphone, mutes, mayUnmute, ...change };
    this.control.follow(this.me, before);
  }

  /** A moderator mutes this one, which is told with the next batch. */
  muteFromOutside(): void {
    this.server.mutes += 1;
    if (this.server.state === 'open') this.server.state = 'muted';
  }

  /** The way out is another one. */
  async rebuild(): Promise<void> {
    this.server.state = 'none';
    this.media = new FakeMedia(this.server);
    await this.control.connect(this.media);
  }
}

const ME: PeerInfo = {
  peerId: 'peer-0000me' as PeerId,
  displayName: 'Ana',
  role: 'speaker',
  microphone: 'none',
  recorded: false,
  away: false,
  hand: null,
  offered: false,
  mayUnmute: true,
  mutes: 0,
};

/** What it is for its owner and for the server, and whether anything is sent. */
export const lookOf = ({ control, server, media }: FakeMicrophone) => ({
  here: control.state,
  there: server.state,
  sends: media.isSending,
});
export const SILENT = { here: 'muted', there: 'muted', sends: false };
export const OPEN = { here: 'open', there: 'open', sends: true };
