import type { PeerId } from '#protocol';
import type { Clock } from './ports.ts';

/** Shorter pauses than this are part of talking: telling thousands of each would be for nothing. */
const SILENCE_MS = 1_000;

interface Options {
  readonly clock: Clock;
  /** Told again and again while somebody leads. */
  readonly tell: (peerId: PeerId | null) => void;
}

/** Tells who leads the talk: at once, and that nobody does when it has been silent for a second. */
export class ActiveSpeakerNews {
  readonly #options: Options;
  #cancel: (() => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  leads(peerId: PeerId | null): void {
    this.close();
    this.#options.tell(peerId);
  }

  silent(): void {
    this.#cancel ??= this.#options.clock.after(SILENCE_MS, () => this.leads(null));
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
