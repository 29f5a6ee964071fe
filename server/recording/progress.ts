import { statSync } from 'node:fs';
import { journalParts } from './journalReader.ts';

/** What a pass takes of the whole, about: decoding and encoding are nearly all of it. */
const SHARES = { survey: 0.02, speakers: 0.05, measure: 0.5, mix: 0.43 } as const;
export type Pass = keyof typeof SHARES;

/** Adds up how far the passes of a finalizer are. */
export class Progress {
  readonly #tell: (fraction: number) => void;
  #done = 0;

  /** @param tell told 0 to 1, never less than before; as often as something moves */
  constructor(tell: (fraction: number) => void) {
    this.#tell = tell;
  }

  /** A pass over that many bytes or samples: what is returned counts them as they are done. */
  pass(pass: Pass, total: number): (done: number) => void {
    const before = this.#done;
    this.#done += SHARES[pass];
    let sum = 0;
    return (done) => {
      sum += done;
      this.#tell(before + SHARES[pass] * Math.min(1, sum / Math.max(1, total)));
    };
  }
}

export function journalBytes(folder: string): number {
  return journalParts(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}
