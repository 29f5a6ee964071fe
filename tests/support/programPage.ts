import { AsyncLocalStorage } from 'node:async_hooks';
import { Tone } from './tone.ts';
import './webrtc.ts';

// What the client uses of a page beside WebRTC, so that the very client code runs in a program: an
// element that plays a stream, which here is listened to, and a meter, which here measures nothing.

/** What one client of this process plays at this moment. */
export class ProgramPage {
  readonly playing = new Set<ProgramAudio>();

  /** Runs `make`: what comes of it, later too, plays on this page. */
  run<T>(make: () => T): T {
    return pages.run(this, make);
  }
}

const pages = new AsyncLocalStorage<ProgramPage>();

class ProgramAudio {
  readonly dataset: { peerId?: string; slot?: string; voice?: string } = {};
  volume = 1;
  ear: Tone | null = null;
  readonly #page = pages.getStore();
  #stream: MediaStream | null = null;

  get srcObject(): MediaStream | null {
    return this.#stream;
  }

  set srcObject(stream: MediaStream | null) {
    this.#stream = stream;
    this.ear?.close();
    const [track] = stream?.getAudioTracks() ?? [];
    this.ear = track ? Tone.heardOn(track) : null;
    if (track) this.#page?.playing.add(this);
    else this.#page?.playing.delete(this);
  }

  play(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {
    this.#page?.playing.delete(this);
  }
}

class ProgramAudioContext {
  readonly state = 'running';
  createAnalyser() {
    return { fftSize: 0, getFloatTimeDomainData() {} };
  }
  createMediaStreamSource() {
    return { connect() {} };
  }
  resume(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

Object.assign(globalThis, {
  document: { createElement: () => new ProgramAudio(), body: { append() {} } },
  AudioContext: ProgramAudioContext,
  addEventListener() {},
});
// mediasoup-client asks the browser's name for how to speak SDP with it.
Object.defineProperty(globalThis, 'navigator', {
  value: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0' },
});
