import { randomUUID } from 'node:crypto';
import type { Speaker } from './speaker.ts';

const TEXT = 'Una frase para medir cuánto tarda en llegar a todos.';
/** Whatever was not read by then is missing. */
export const PHRASE_PATIENCE_MS = 2_000;

/** Phrases at a steady rate, a speaker after the other, and how long each took to whoever reads it. */
export class PhraseTalk {
  readonly latenciesMs: number[] = [];
  readonly #saidMs = new Map<string, number>();
  readonly #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  constructor({ speakers, perSecond }: { speakers: readonly Speaker[]; perSecond: number }) {
    if (perSecond === 0) return;
    this.#timer = setInterval(() => {
      const speaker = speakers[this.#turn % speakers.length];
      this.#turn += 1;
      const draftId = randomUUID();
      this.#saidMs.set(draftId, performance.now());
      const isSaid = speaker?.say({ draftId, text: TEXT, language: 'es' }) ?? false;
      if (!isSaid) this.#saidMs.delete(draftId);
    }, 1_000 / perSecond);
  }

  get said(): number {
    return this.#saidMs.size;
  }

  /** A listener reads it. */
  came(draftId: string, atMs: number): void {
    const saidMs = this.#saidMs.get(draftId);
    if (saidMs !== undefined) this.latenciesMs.push(atMs - saidMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
