import type { SoundLoss } from './roomState.ts';

/** What the browser's statistics say of all sound that arrives, since it began. */
export interface SoundSample {
  readonly received: number;
  readonly lost: number;
  readonly connected: boolean;
}

/** Of the packets of one interval: above the first sound is no longer understood, below the second again. */
export const USELESS_SHARE = 0.35;
export const CHOPPY_SHARE = 0.1;
/** Fewer packets than this say nothing: 0.7 s of speech at 60 ms each, while with DTX a silent room sends hardly any. */
const TELLING_PACKETS = 12;
/** Intervals in a row that change the verdict. */
const INTERVALS = 2;

type Verdict = SoundLoss | 'useful';

/** Tells from samples, one an interval, whether sound is still of use. */
export class SoundHealth {
  #last: SoundSample | null = null;
  #against = 0;
  #verdict: Verdict;

  constructor(verdict: Verdict = 'useful') {
    this.#verdict = verdict;
  }

  /** Why sound is of no use; null while it is. */
  get loss(): SoundLoss | null {
    return this.#verdict === 'useful' ? null : this.#verdict;
  }

  take(sample: SoundSample): void {
    const now = verdictOf(this.#last ?? { received: 0, lost: 0, connected: false }, sample);
    this.#last = sample;
    if (now === null) return;
    if (now === this.#verdict) {
      this.#against = 0;
      return;
    }
    this.#against += 1;
    // A way that has just opened is one.
    if (this.#against < INTERVALS && this.#verdict !== 'blocked') return;
    this.#verdict = now;
    this.#against = 0;
  }
}

/** Null where it cannot be told. */
function verdictOf(before: SoundSample, now: SoundSample): Verdict | null {
  if (!now.connected) return 'blocked';
  const lost = Math.max(0, now.lost - before.lost);
  const expected = Math.max(0, now.received - before.received) + lost;
  // Also where nobody talks.
  if (expected < TELLING_PACKETS) return before.connected ? null : 'useful';
  const share = lost / expected;
  if (share > USELESS_SHARE) return 'lossy';
  return share < CHOPPY_SHARE ? 'useful' : null;
}
