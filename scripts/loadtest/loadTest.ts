import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Conversation } from './conversation.ts';
import { Door, invitationOf, type Invitation } from './door.ts';
import { Listener } from './listener.ts';
import { LoadError } from './loadError.ts';
import type { LoadOptions } from './options.ts';
import { PHRASE_PATIENCE_MS, PhraseTalk } from './phraseTalk.ts';
import { ServerProcess } from './serverProcess.ts';
import { Speaker } from './speaker.ts';

const SAMPLE_MS = 1_000;
/** How long those may take to come in who were asked to last. */
const ENTER_PATIENCE_MS = 30_000;
/** Sound and memory settle before they are measured. */
const SETTLE_MS = 1_000;
const FIRST_SSRC = 70_000;

/** What is left of a run to be made a report of. */
export interface Outcome {
  readonly listeners: readonly Listener[];
  readonly speakers: readonly Speaker[];
  readonly failures: readonly string[];
  /** Who was in, and was lost before the end. */
  readonly lost: number;
  readonly heldOff: number;
  readonly joinSeconds: number;
  readonly delaysMs: readonly number[];
  readonly phrases: PhraseTalk | null;
  readonly server: ServerProcess | null;
  readonly allInAtSeconds: number;
  readonly self: { readonly cpuPercent: number; readonly lateMs: number };
}

/** One run: people come in at a rate, talk and listen for a while, and go. */
export class LoadTest {
  readonly #options: LoadOptions;
  readonly #say: (line: string) => void;
  readonly #door: Door;
  readonly #speakers: Speaker[] = [];
  readonly #listeners: Listener[] = [];
  readonly #failures: string[] = [];
  readonly #delaysMs: number[] = [];
  #phrases: PhraseTalk | null = null;
  #isMeasuring = false;

  /** @param say told how far it is */
  constructor(options: LoadOptions, say: (line: string) => void) {
    this.#options = options;
    this.#say = say;
    this.#door = new Door(options.url);
  }

  /** @throws LoadError where it cannot be run at all */
  async run(stop: AbortSignal): Promise<Outcome> {
    const { speakers, listeners, talking, seconds, url, pid } = this.#options;
    const invitations = await this.#invitations();
    const server = ServerProcess.find(url, pid);
    const sampling = setInterval(() => server?.sample(), SAMPLE_MS);
    const conversation = new Conversation({ speakers, talking });
    try {
      this.#say(`${speakers} who speak come in`);
      await this.#comeIn(speakers, stop, (index) =>
        this.#seatSpeaker(index, invitations.speaker, conversation),
      );
      if (this.#speakers.length === 0) {
        throw new LoadError(`Nobody who speaks got in: ${this.#failures[0] ?? 'stopped'}`);
      }
      conversation.allCame();
      this.#say(`${listeners} who listen come in, ${this.#options.rate} a second`);
      const sinceMs = performance.now();
      await this.#comeIn(listeners, stop, (index) =>
        this.#seatListener(index, invitations.audience, conversation.zeroMs),
      );
      const joinSeconds = (performance.now() - sinceMs) / 1_000;
      await delay(SETTLE_MS);
      const allInAtSeconds = server?.samples.at(-1)?.atSeconds ?? 0;
      this.#say(`all are in, measuring for ${seconds} s`);
      const self = await this.#measure(stop);
      const { heldOff } = this.#door;
      const people = [...this.#listeners, ...this.#speakers];
      const lost = people.filter(({ isLost }) => isLost).length;
      const phrases = this.#phrases;
      return {
        ...{ listeners: this.#listeners, speakers: this.#speakers, failures: this.#failures },
        ...{
          lost,
          heldOff,
          joinSeconds,
          delaysMs: this.#delaysMs,
          phrases,
          server,
          allInAtSeconds,
          self,
        },
      };
    } finally {
      clearInterval(sampling);
      conversation.stop();
      this.#phrases?.stop();
      for (const person of [...this.#listeners, ...this.#speakers]) person.close();
    }
  }

  async #measure(stop: AbortSignal): Promise<Outcome['self']> {
    for (const listener of this.#listeners) listener.beginCounting();
    this.#isMeasuring = true;
    const speakers = this.#speakers;
    this.#phrases = new PhraseTalk({ speakers, perSecond: this.#options.phrases });
    const loop = monitorEventLoopDelay({ resolution: 5 });
    loop.enable();
    const sinceMs = performance.now();
    const before = process.cpuUsage();
    await delay(1_000 * this.#options.seconds, undefined, { signal: stop }).catch(() => {});
    const { user, system } = process.cpuUsage(before);
    const cpuPercent = (user + system) / 10 / (performance.now() - sinceMs);
    loop.disable();
    for (const listener of this.#listeners) listener.endCounting();
    this.#phrases.stop();
    this.#isMeasuring = false;
    if (this.#phrases.said > 0)
      await delay(PHRASE_PATIENCE_MS, undefined, { signal: stop }).catch(() => {});
    // The monitor counts its own interval, too.
    return { cpuPercent, lateMs: Math.max(0, loop.percentile(99) / 1e6 - 5) };
  }

  /** Begins one at a time at the given rate, and waits for all of them. */
  async #comeIn(
    count: number,
    stop: AbortSignal,
    enter: (index: number) => Promise<void>,
  ): Promise<void> {
    const sinceMs = performance.now();
    const coming: Promise<void>[] = [];
    for (let index = 0; index < count && !stop.aborted; index += 1) {
      await delay(Math.max(0, sinceMs + (1_000 * index) / this.#options.rate - performance.now()));
      coming.push(enter(index).catch((error: Error) => void this.#failures.push(error.message)));
    }
    const patience = delay(ENTER_PATIENCE_MS, 'late', { ref: false });
    await Promise.race([Promise.all(coming), patience]);
  }

  async #seatSpeaker(index: number, invitation: Invitation, talk: Conversation): Promise<void> {
    const speaker = new Speaker(FIRST_SSRC + index);
    const name = `Speaker ${index + 1}`;
    try {
      await speaker.enter({ url: this.#options.url, door: this.#door, invitation, name });
      this.#speakers.push(speaker);
      talk.add(speaker);
    } catch (error) {
      speaker.close();
      throw error;
    }
  }

  async #seatListener(index: number, invitation: Invitation, zeroMs: number): Promise<void> {
    const listener = new Listener({
      zeroMs: index < this.#options.ears ? zeroMs : null,
      events: {
        phrase: (draftId, atMs) => this.#phrases?.came(draftId, atMs),
        delay: (ms) => this.#isMeasuring && this.#delaysMs.push(ms),
      },
    });
    const name = `Listener ${index + 1}`;
    try {
      await listener.enter({ url: this.#options.url, door: this.#door, invitation, name });
      this.#listeners.push(listener);
    } catch (error) {
      listener.close();
      throw error;
    }
  }

  async #invitations(): Promise<Readonly<Record<'speaker' | 'audience', Invitation>>> {
    const given = this.#options.invitations.map(invitationOf);
    if (given.length === 0) return this.#door.makeRoom();
    const roles = await Promise.all(given.map((invitation) => this.#door.roleOf(invitation)));
    const to = (wanted: (role: string) => boolean) => given[roles.findIndex(wanted)];
    const speaker = to((role) => role !== 'audience');
    const audience = to((role) => role === 'audience');
    if (speaker && audience) return { speaker, audience };
    throw new LoadError('--invitation: give two, one for who speaks and one for who listens');
  }
}
