import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM } from './chromium.ts';
import { inside } from './network/commands.ts';
import { writeToneFile } from './wav.ts';

const FLAGS = [
  '--no-sandbox',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
const PLAYS_UNASKED = '--autoplay-policy=no-user-gesture-required';
const SCREENSHOTS = path.resolve('tests/output/screenshots');
export const DESKTOP = { width: 1_280, height: 800 };
export const PHONE = { width: 360, height: 740 };

export interface PersonOptions {
  /** What their microphone hears: a sine in bursts. Chromium's own beeps when left out. */
  readonly voiceHz?: number;
  readonly locale?: string;
  /** Leaves the browser as it is delivered: a page may play once its person has touched it. */
  readonly playsAfterGesture?: boolean;
  /** Network namespace to run in. Certificates are not looked at there. */
  readonly namespace?: string;
}

/** What a page noted for its test, from before its own scripts ran. */
interface Notes {
  microphoneAsked: number;
  spoken: { seq: number; text: string }[];
  violations: string[];
  /** Everything that was ever told to play. */
  players: HTMLMediaElement[];
  microphones: MediaStreamTrack[];
}

/** Somebody with a browser of their own, and a voice of their own. */
export class Person {
  readonly page: Page;
  /** Errors and warnings of the page, the browser's own included. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #folder: string;

  static async open(options: PersonOptions = {}): Promise<Person> {
    const folder = await mkdtemp(path.join(tmpdir(), 'cora-person-'));
    const flags = options.playsAfterGesture ? [...FLAGS] : [...FLAGS, PLAYS_UNASKED];
    if (options.voiceHz !== undefined) {
      const file = path.join(folder, 'voice.wav');
      const sound = { seconds: 20, burstMs: 400, pauseMs: 100 };
      await writeToneFile(file, { frequencyHz: options.voiceHz, ...sound });
      flags.push(`--use-file-for-fake-audio-capture=${file}`);
    }
    const { namespace } = options;
    if (namespace !== undefined) flags.push('--ignore-certificate-errors');
    const browser = await chromium.launch({
      executablePath: namespace === undefined ? CHROMIUM : await starter(folder, namespace),
      headless: true,
      args: flags,
    });
    const context = await browser.newContext({
      locale: options.locale ?? 'es-MX',
      viewport: DESKTOP,
      colorScheme: 'light',
      acceptDownloads: true,
    });
    await context.addInitScript(takeNotes);
    return new Person({ browser, context, page: await context.newPage(), folder });
  }

  private constructor(parts: {
    browser: Browser;
    context: BrowserContext;
    page: Page;
    folder: string;
  }) {
    this.#browser = parts.browser;
    this.#context = parts.context;
    this.page = parts.page;
    this.#folder = parts.folder;
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  notes(): Promise<Omit<Notes, 'players' | 'microphones'>> {
    return this.page.evaluate(() => {
      const { microphoneAsked, spoken, violations } = (
        globalThis as unknown as { coraNotes: Notes }
      ).coraNotes;
      return { microphoneAsked, spoken, violations };
    });
  }

  /**
   * Waits until the sound of somebody else is loudest at `frequencyHz` (within 3 %).
   * @param count how many must be heard at once, each at one of `frequenciesHz`
   */
  async hears(...frequenciesHz: number[]): Promise<void> {
    await this.page.waitForFunction(hearsAll, frequenciesHz, { polling: 100, timeout: 15_000 });
  }

  /** Waits until nothing that `hears` listened to is louder than noise for a second. */
  async hearsNothing(): Promise<void> {
    await this.page.evaluate(() => Reflect.deleteProperty(globalThis, 'coraQuietSince'));
    await this.page.waitForFunction(hearsNone, undefined, { polling: 100, timeout: 15_000 });
  }

  /** Writes a picture of the page into the ignored folder that every run fills. */
  async picture(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    for (const [size, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ] as const) {
      await this.page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark'] as const) {
        await this.page.emulateMedia({ colorScheme });
        const file = path.join(SCREENSHOTS, `${name}-${size}-${colorScheme}.png`);
        await this.page.screenshot({ path: file, animations: 'disabled' });
      }
    }
    await this.page.setViewportSize(DESKTOP);
    await this.page.emulateMedia({ colorScheme: 'light' });
  }

  async close(): Promise<void> {
    await this.#context.close();
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A program that starts the browser in a network namespace. */
async function starter(folder: string, namespace: string): Promise<string> {
  const file = path.join(folder, 'chromium');
  const command = inside(namespace, CHROMIUM).join(' ');
  await writeFile(file, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o700 });
  return file;
}

/** Runs in the page before its scripts. */
function takeNotes(): void {
  const notes: Notes = {
    microphoneAsked: 0,
    spoken: [],
    violations: [],
    players: [],
    microphones: [],
  };
  Object.assign(globalThis, { coraNotes: notes });
  const { mediaDevices } = navigator;
  // Absent on an insecure page.
  if (mediaDevices) {
    const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (constraints) => {
      notes.microphoneAsked += 1;
      return getUserMedia(constraints).then((stream) => {
        notes.microphones.push(...stream.getAudioTracks());
        return stream;
      });
    };
  }
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    if (!notes.players.includes(this)) notes.players.push(this);
    return play.call(this);
  };
  addEventListener('cora:phrase-spoken', (event) => {
    notes.spoken.push((event as CustomEvent<{ seq: number; text: string }>).detail);
  });
  addEventListener('securitypolicyviolation', (event) => {
    notes.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
}

interface Ears {
  context: AudioContext;
  analysers: Map<MediaStream, AnalyserNode>;
}

// The next two run in the page, each on its own: what they share is written twice.

function hearsAll(frequenciesHz: number[]): boolean {
  const scope = globalThis as unknown as { coraEars?: Ears };
  const ears = (scope.coraEars ??= { context: new AudioContext(), analysers: new Map() });
  const loudest: number[] = [];
  for (const audio of document.querySelectorAll<HTMLAudioElement>(
    'audio[data-peer-id], audio[data-slot]',
  )) {
    const stream = audio.srcObject as MediaStream | null;
    if (!stream) continue;
    let analyser = ears.analysers.get(stream);
    if (!analyser) {
      analyser = ears.context.createAnalyser();
      analyser.fftSize = 4_096;
      analyser.smoothingTimeConstant = 0;
      ears.context.createMediaStreamSource(stream).connect(analyser);
      ears.analysers.set(stream, analyser);
    }
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const peak = spectrum.indexOf(Math.max(...spectrum));
    if ((spectrum[peak] ?? -Infinity) > -60) {
      loudest.push((peak * ears.context.sampleRate) / analyser.fftSize);
    }
  }
  return frequenciesHz.every((wanted) =>
    loudest.some((found) => Math.abs(found - wanted) < wanted * 0.03 + 6),
  );
}

function hearsNone(): boolean {
  const scope = globalThis as unknown as { coraEars?: Ears; coraQuietSince?: number };
  const now = performance.now();
  const analysers = [...(scope.coraEars?.analysers.values() ?? [])];
  if (analysers.length === 0) throw new Error('nothing was listened to: call `hears` before');
  const loud = analysers.some((analyser) => {
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    return Math.max(...spectrum) > -70;
  });
  if (loud || scope.coraQuietSince === undefined) scope.coraQuietSince = now;
  return now - scope.coraQuietSince > 1_000;
}
