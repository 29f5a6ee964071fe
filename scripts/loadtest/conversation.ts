import type { Speaker } from './speaker.ts';
import { isTalking } from './talkPlan.ts';
import { FRAME_MS, Voice } from './voice.ts';

/** Microphones do not begin their frames in one moment: at so many phases of 20 ms. */
const PHASES = 8;
const TICK_MS = 2;

/** Speakers who talk in turns, each frame at its time. */
export class Conversation {
  readonly #seats: { speaker: Speaker; voice: Voice; delayMs: number; next: number }[] = [];
  readonly #voices: Voice[];
  readonly #talking: number;
  #expected: number;
  #timer: NodeJS.Timeout | undefined;
  /** When the first mark is spoken; one is at every full second from there. */
  readonly zeroMs = performance.now();

  /**
   * @param options.speakers how many there are going to be
   * @param options.talking how many of them at once
   */
  constructor({ speakers, talking }: { speakers: number; talking: number }) {
    this.#expected = speakers;
    this.#talking = talking;
    this.#voices = Array.from({ length: Math.min(speakers, PHASES) }, (_, number) => {
      return new Voice({ number, delayMs: delayOf(number) });
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  add(speaker: Speaker): void {
    const index = this.#seats.length;
    const voice = this.#voices[index % this.#voices.length] as Voice;
    const delayMs = delayOf(index);
    this.#seats.push({ speaker, voice, delayMs, next: this.#due(delayMs) });
  }

  /** As many as there are talk in turns. */
  allCame(): void {
    this.#expected = this.#seats.length;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    for (const [index, seat] of this.#seats.entries()) {
      for (const due = this.#due(seat.delayMs); seat.next < due; seat.next += 1) {
        const atMs = seat.next * FRAME_MS;
        const speakers = Math.max(1, this.#expected);
        const talks = isTalking({ speaker: index, speakers, talking: this.#talking, atMs });
        const frame = talks ? seat.voice.frame(seat.next) : seat.voice.silence;
        seat.speaker.send(frame, { frameNumber: seat.next, talks });
      }
    }
  }

  /** A frame can be sent when its end was spoken. */
  #due(delayMs: number): number {
    return Math.floor((performance.now() - this.zeroMs - delayMs) / FRAME_MS);
  }
}

function delayOf(index: number): number {
  return ((index % PHASES) * FRAME_MS) / PHASES;
}
