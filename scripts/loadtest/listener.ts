import { PhraseSchema } from '#protocol';
import * as v from 'valibot';
import { Ear } from './ear.ts';
import type { RtpPacket } from './rtpPacket.ts';
import { StreamTally } from './streamTally.ts';
import { Visit, type VisitOptions } from './visit.ts';
import { WayIn } from './wayIn.ts';

/** When somebody got how far, by a monotonic clock in milliseconds; null where they did not. */
export interface Arrival {
  startedMs: number;
  joinedMs: number | null;
  connectedMs: number | null;
  firstSoundMs: number | null;
}

export interface ListenerEvents {
  /** A phrase came: whose draft it is, and when. */
  phrase(draftId: string, atMs: number): void;
  /** A mark was heard, so long after it was spoken. */
  delay(ms: number): void;
}

/** Somebody who listens, with all that their browser would do but for playing it. */
export class Listener {
  readonly arrival: Arrival = {
    startedMs: 0,
    joinedMs: null,
    connectedMs: null,
    firstSoundMs: null,
  };
  readonly streams = new Map<number, StreamTally>();
  readonly #events: ListenerEvents;
  readonly #ears = new Map<number, Ear>();
  /** When marks were spoken; null for who does not decode. */
  readonly #zeroMs: number | null;
  #isCounting = true;
  #visit: Visit | null = null;
  #wayIn: WayIn | null = null;

  /** @param options.zeroMs when marks were spoken, for who decodes what comes; else null */
  constructor(options: { zeroMs: number | null; events: ListenerEvents }) {
    this.#zeroMs = options.zeroMs;
    this.#events = options.events;
  }

  /** Resolves when they are in; sound follows. @throws Error, ProtocolError */
  async enter(options: VisitOptions): Promise<void> {
    this.#visit = await Visit.open(options);
    this.arrival.startedMs = this.#visit.startedMs;
    this.#wayIn = new WayIn({
      name: options.name,
      host: new URL(options.url).hostname,
      events: {
        connected: () => (this.arrival.connectedMs ??= performance.now()),
        packet: (packet, atMs) => this.#take(packet, atMs),
        phrase: (text, atMs) => this.#read(text, atMs),
      },
    });
    const { listening } = await this.#visit.join(this.#wayIn.dtlsParameters);
    this.arrival.joinedMs = performance.now();
    if (!listening) throw new Error('the server opened no way in');
    this.#wayIn.open(listening);
  }

  /** Whether they were in and are so no longer, though they did not go. */
  get isLost(): boolean {
    return this.#visit?.isLost ?? false;
  }

  /** Counts from here on, so that a beginning is not part of what is measured. */
  beginCounting(): void {
    this.streams.clear();
  }

  endCounting(): void {
    this.#isCounting = false;
  }

  close(): void {
    this.#wayIn?.close();
    this.#visit?.close();
  }

  #take(packet: RtpPacket, atMs: number): void {
    this.arrival.firstSoundMs ??= atMs;
    if (!this.#isCounting) return;
    let stream = this.streams.get(packet.ssrc);
    if (!stream) this.streams.set(packet.ssrc, (stream = new StreamTally()));
    stream.take(packet, atMs);
    if (this.#zeroMs === null) return;
    let ear = this.#ears.get(packet.ssrc);
    if (!ear) {
      ear = new Ear({ zeroMs: this.#zeroMs, heard: (ms) => this.#events.delay(ms) });
      this.#ears.set(packet.ssrc, ear);
    }
    ear.take(packet, atMs);
  }

  #read(text: string, atMs: number): void {
    const parsed = v.safeParse(PhraseSchema, JSON.parse(text));
    if (parsed.success) this.#events.phrase(parsed.output.draftId, atMs);
  }
}
