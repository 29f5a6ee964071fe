import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type BrowserServer, type Page } from 'playwright-core';
import { CHROMIUM } from './chromium.ts';
import { writeHoppingFile } from './hops.ts';
import { childrenOf } from '#tests/bench/figures.ts';

/** How the capture of a browser's microphone can stand still while its clock goes on. */
export const STALLS = ['context', 'audioProcess', 'browser'] as const;
export type Stall = (typeof STALLS)[number];

interface Scope {
  coraTracks: MediaStreamTrack[];
  coraContext: AudioContext | null;
}

/** A browser whose microphone can be made to stall, and be silenced at a known moment. */
export class StalledBrowser {
  readonly page: Page;
  readonly #server: BrowserServer;
  readonly #folder: string;
  readonly #stall: Stall;

  static async open(stall: Stall): Promise<StalledBrowser> {
    const folder = await mkdtemp(path.join(tmpdir(), 'cora-stall-'));
    const file = path.join(folder, 'voice.wav');
    await writeHoppingFile(file, 120);
    const server = await chromium.launchServer({
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
        `--use-file-for-fake-audio-capture=${file}`,
      ],
    });
    const browser = await chromium.connect(server.wsEndpoint());
    const context = await browser.newContext({ locale: 'es-MX' });
    await context.addInitScript(keepTracks, stall === 'context');
    return new StalledBrowser(server, await context.newPage(), folder, stall);
  }

  private constructor(server: BrowserServer, page: Page, folder: string, stall: Stall) {
    this.#server = server;
    this.page = page;
    this.#folder = folder;
    this.#stall = stall;
  }

  /** Returns when the capture goes on. */
  async stallFor(ms: number): Promise<void> {
    if (this.#stall === 'context') {
      await this.page.evaluate(async (pauseMs) => {
        const { coraContext } = globalThis as unknown as Scope;
        await coraContext?.suspend();
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        await coraContext?.resume();
      }, ms);
      return;
    }
    const pids = this.#pids();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await delay(ms);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  }

  /** Silences the microphone for a second. Milliseconds since 1970 at which it began. */
  async hush(): Promise<number> {
    return this.page.evaluate(async () => {
      const { coraTracks } = globalThis as unknown as Scope;
      const at = Date.now();
      for (const track of coraTracks) track.enabled = false;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      for (const track of coraTracks) track.enabled = true;
      return at;
    });
  }

  async close(): Promise<void> {
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #pids(): number[] {
    const family = familyOf(this.#server.process().pid as number);
    if (this.#stall === 'browser') return family;
    const audio = family.filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('audio.mojom.AudioService'),
    );
    if (audio.length === 0) throw new Error('the browser has no audio process');
    return audio;
  }
}

/** A process and its descendants, whichever thread began them. */
function familyOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => childrenOf(pid, Number(thread)));
  return [pid, ...children.flatMap(familyOf)];
}

/** Runs in the page before its scripts. */
function keepTracks(synthetic: boolean): void {
  const scope = globalThis as unknown as Scope;
  scope.coraTracks = [];
  scope.coraContext = null;
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    let stream: MediaStream;
    if (synthetic) {
      const context = (scope.coraContext = new AudioContext({ sampleRate: 48_000 }));
      const voice = context.createOscillator();
      for (let hop = 0; hop < 4_000; hop++) {
        voice.frequency.setValueAtTime(300 + ((hop * 397) % 900), hop * 0.05);
      }
      const microphone = context.createMediaStreamDestination();
      voice.connect(microphone);
      voice.start();
      stream = microphone.stream;
    } else stream = await getUserMedia(constraints);
    scope.coraTracks.push(...stream.getAudioTracks());
    return stream;
  };
}
