import { listDevices, watchDevices } from '#web/client/devices.ts';
import {
  LevelMeter,
  MicrophoneError,
  openMicrophone,
  recordSample,
} from '#web/client/microphone.ts';
import { preferences } from './preferences.svelte.ts';

export type MicrophoneFailure = MicrophoneError['reason'];

/** What the lobby knows of the microphone before anyone else hears it. */
export type MicrophoneCheck =
  | { readonly status: 'asking' }
  | { readonly status: 'open'; readonly track: MediaStreamTrack; readonly meter: LevelMeter }
  | { readonly status: 'failed'; readonly reason: MicrophoneFailure };

export type EchoState = 'idle' | 'recording' | 'playing' | 'failed';

const SAMPLE_MS = 3_000;
/** How long entering waits for a microphone that is being opened, or for a person to allow it. */
const PATIENCE_MS = 10_000;

/** The lobby of somebody who may speak: tries the microphone, and hands it over on entering. */
export class LobbyState {
  #check = $state.raw<MicrophoneCheck>({ status: 'asking' });
  #microphones = $state.raw<readonly MediaDeviceInfo[]>([]);
  #speakers = $state.raw<readonly MediaDeviceInfo[]>([]);
  #echo = $state<EchoState>('idle');
  #muted = $state(false);
  /** What is to be released; not a rune, since during teardown Svelte shows runes as they were before. */
  #opened: { readonly track: MediaStreamTrack; readonly meter: LevelMeter } | null = null;
  readonly #stopWatching: () => void;
  #attempt = 0;
  #opening: Promise<void>;
  #closed = false;

  constructor() {
    this.#stopWatching = watchDevices(() => void this.#readDevices());
    this.#opening = this.#open(preferences.microphoneId);
  }

  get check(): MicrophoneCheck {
    return this.#check;
  }
  get microphones(): readonly MediaDeviceInfo[] {
    return this.#microphones;
  }
  get speakers(): readonly MediaDeviceInfo[] {
    return this.#speakers;
  }
  get echo(): EchoState {
    return this.#echo;
  }
  get muted(): boolean {
    return this.#muted;
  }
  set muted(muted: boolean) {
    this.#muted = muted;
  }

  /** @param deviceId empty for the browser's default */
  openMicrophone(deviceId: string): Promise<void> {
    this.#opening = this.#open(deviceId);
    return this.#opening;
  }

  /** Waits until it is known whether there is a microphone, but not for ever. */
  async settle(): Promise<void> {
    await Promise.race([this.#opening, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }

  async #open(deviceId: string): Promise<void> {
    const attempt = ++this.#attempt;
    this.#release();
    this.#check = { status: 'asking' };
    try {
      const track = await openMicrophone(deviceId || undefined);
      if (attempt !== this.#attempt || this.#closed) return track.stop();
      this.#opened = { track, meter: new LevelMeter(track) };
      this.#check = { status: 'open', ...this.#opened };
      preferences.microphoneId = deviceId;
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // The chosen one is gone: the default is better than none.
      const reason = error instanceof MicrophoneError ? error.reason : 'unknown';
      if (deviceId && reason === 'missing') return this.#open('');
      this.#check = { status: 'failed', reason };
    }
    await this.#readDevices();
  }

  /** Records three seconds and plays them back, so that one hears what others will hear. */
  async playEcho(): Promise<void> {
    if (this.#check.status !== 'open' || this.#echo === 'recording') return;
    this.#echo = 'recording';
    try {
      const sample = await recordSample(this.#check.track, SAMPLE_MS);
      this.#echo = 'playing';
      await playSound(sample, preferences.speakerId);
      this.#echo = 'idle';
    } catch {
      this.#echo = 'failed';
    }
  }

  /** The microphone, now the caller's; null when there is none. */
  handOver(): MediaStreamTrack | null {
    if (this.#check.status !== 'open') return null;
    const { track } = this.#check;
    this.#opened = null;
    this.#check.meter.close();
    this.#check = { status: 'asking' };
    return track;
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    this.#release();
  }

  #release(): void {
    this.#opened?.meter.close();
    this.#opened?.track.stop();
    this.#opened = null;
  }

  async #readDevices(): Promise<void> {
    const { microphones, speakers } = await listDevices();
    this.#microphones = microphones;
    this.#speakers = speakers;
  }
}

/**
 * Plays a sound to its end.
 * @param deviceId where to; empty for the browser's default
 */
export async function playSound(sound: Blob, deviceId: string): Promise<void> {
  const url = URL.createObjectURL(sound);
  const audio = new Audio(url);
  try {
    if (deviceId && 'setSinkId' in audio) await audio.setSinkId(deviceId).catch(() => undefined);
    const ended = new Promise<void>((resolve, reject) => {
      audio.onended = () => resolve();
      audio.onerror = () => reject(new Error('The sound cannot be played'));
    });
    await audio.play();
    await ended;
  } finally {
    URL.revokeObjectURL(url);
  }
}
