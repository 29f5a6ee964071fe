import { ArrivalWatch } from './arrivalWatch.ts';
import type { SoundLoss } from './roomState.ts';
import { SoundHealth, type SoundSample } from './soundHealth.ts';

/** How often the sound that arrives is looked at. */
const LOOK_MS = 2_000;
/** A way that has not opened by then is given up: browsers do not say of each that it has failed. */
const PATIENCE_MS = 15_000;

/** What sound comes over; another one after all was built anew. */
interface Source {
  soundSample(): Promise<SoundSample>;
}

interface Options {
  /** Null while there is none. */
  readonly source: () => Source | null;
  /** Whether sound was lost before, and has not been back yet. */
  readonly loss: SoundLoss | null;
  /** When any sound last arrived, milliseconds since 1970; 0 when none has. */
  readonly lastArrivalMs: () => number;
  /** Told that sound has stopped arriving. */
  readonly stopped: () => void;
  /** Told that a source has not been connected for too long. */
  readonly dead: () => void;
  /** Told when sound is lost or lossy, and with null when it is of use again. */
  readonly changed: (loss: SoundLoss | null) => void;
  /** Told where a look finds that it is of use again, or no longer. */
  readonly turned: (isUseful: boolean) => void;
}

/** Looks whether sound arrives and is of use, for as long as a media side lasts. */
export class SoundWatch {
  readonly #options: Options;
  readonly #look: ReturnType<typeof setInterval>;
  readonly #arrivals: ArrivalWatch;
  #health: SoundHealth;
  #loss: SoundLoss | null;
  /** When the source was last connected, or begun. */
  #aliveMs = performance.now();
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#loss = options.loss;
    this.#health = new SoundHealth(options.loss ?? 'useful');
    this.#look = setInterval(() => void this.look(), LOOK_MS);
    this.#arrivals = new ArrivalWatch({
      lastArrivalMs: options.lastArrivalMs,
      onStopped: options.stopped,
    });
  }

  /** There is a source, which is given time. */
  begun(): void {
    this.#aliveMs = performance.now();
  }

  /** What there was is given up. */
  blocked(): void {
    this.#health = new SoundHealth('blocked');
    if (this.#loss === null) this.#tell('blocked');
  }

  async look(): Promise<void> {
    const source = this.#options.source();
    const sample = await source?.soundSample();
    if (this.#closed || source !== this.#options.source()) return;
    if (sample?.connected) this.#aliveMs = performance.now();
    else if (source && performance.now() - this.#aliveMs > PATIENCE_MS) this.#options.dead();
    this.#health.take(sample ?? { received: 0, lost: 0, connected: false });
    const { loss } = this.#health;
    if (loss === this.#loss) return;
    const [wasUseful, isUseful] = [this.#loss === null, loss === null];
    this.#tell(loss);
    if (wasUseful !== isUseful) this.#options.turned(isUseful);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#look);
    this.#arrivals.close();
  }

  #tell(loss: SoundLoss | null): void {
    this.#loss = loss;
    this.#options.changed(loss);
  }
}
