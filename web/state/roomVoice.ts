import type { Phrase, Spoken } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';
import { wordEnd, type SpokenPhrase } from './spokenPhrase.ts';

const STEP_MS = 60;
/** From the server's packet to the ear: network, jitter buffer and sound card, about. */
const ON_THE_WAY_MS = 120;
/** What was cut off before was skipped. */
const NEARLY_ALL = 0.8;

type Told = Pick<RoomState, 'phrases' | 'speech' | 'serverClockOffsetMs'>;

interface Options {
  /** The turn of a phrase to be heard has come. */
  readonly onSpoken: (phrase: Phrase) => void;
  /** It was said to its end, and not skipped. */
  readonly onFinished: (phrase: Phrase) => void;
}

/** Follows the server's voice: the phrase that it says and, word by word, how far it is. */
export class RoomVoice {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  #current: SpokenPhrase | null = null;
  #spoken: Spoken | null = null;
  #offsetMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  get current(): SpokenPhrase | null {
    return this.#current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the room says of it now. */
  take({ phrases, speech, serverClockOffsetMs }: Told): void {
    this.#offsetMs = serverClockOffsetMs;
    const { current } = speech;
    if (current?.seq === this.#spoken?.seq) return;
    this.#finish();
    // The socket may be quicker than the channel: then it is looked for again with the next change.
    const phrase = phrases.findLast(({ seq }) => seq === current?.seq);
    this.#spoken = phrase ? current : null;
    if (!phrase) return;
    this.#current = { phrase, reached: 0, finished: false, voiceless: false };
    this.#timer = setInterval(() => this.#step(), STEP_MS);
    this.#options.onSpoken(phrase);
    this.#tell();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #step(): void {
    const [spoken, current] = [this.#spoken, this.#current];
    if (!spoken || !current) return;
    const reached = reachedAt(this.#elapsedMs(spoken), spoken, current.phrase.text);
    if (reached === current.reached) return;
    this.#current = { ...current, reached };
    this.#tell();
  }

  #finish(): void {
    clearInterval(this.#timer);
    const [spoken, current] = [this.#spoken, this.#current];
    if (!spoken || !current || current.finished) return;
    this.#current = { ...current, reached: current.phrase.text.length, finished: true };
    const wasWhole = this.#elapsedMs(spoken) > spoken.durationMs * NEARLY_ALL;
    if (wasWhole) this.#options.onFinished(current.phrase);
    this.#tell();
  }

  #elapsedMs({ startedAt }: Spoken): number {
    return Date.now() + this.#offsetMs - startedAt - ON_THE_WAY_MS;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** How much of `text` has been said after so long, in UTF-16 code units; by the clock where words are not known. */
export function reachedAt(elapsedMs: number, spoken: Spoken, text: string): number {
  if (elapsedMs < spoken.textAtMs) return 0;
  if (spoken.words.length > 0) {
    const word = spoken.words.findLast(([, atMs]) => atMs <= elapsedMs);
    return word ? wordEnd(text, word[0]) : 0;
  }
  const share = (elapsedMs - spoken.textAtMs) / Math.max(1, spoken.durationMs - spoken.textAtMs);
  return Math.min(text.length, Math.round(share * text.length));
}
