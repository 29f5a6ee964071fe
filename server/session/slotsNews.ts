import type { PeerId } from '#protocol';
import type { Clock } from './ports.ts';

/** Where many talk at once the slots change hands all the time, and thousands are told. */
const EVERY_MS = 200;

interface Options {
  readonly clock: Clock;
  readonly tell: (slots: (PeerId | null)[]) => void;
}

/** Tells who is in the slots of the stage: at once, and then as often as anybody can follow. */
export class SlotsNews {
  readonly #options: Options;
  #slots: (PeerId | null)[] = [];
  #isTold = true;
  #cancel: (() => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  get slots(): (PeerId | null)[] {
    return this.#slots;
  }

  take(slots: (PeerId | null)[]): void {
    this.#slots = slots;
    this.#isTold = false;
    if (!this.#cancel) this.#tell();
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #tell(): void {
    const { clock, tell } = this.#options;
    this.#cancel = null;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#cancel = clock.after(EVERY_MS, () => this.#tell());
    tell(this.#slots);
  }
}
