import { SAMPLES_PER_MS } from './timedPackets.ts';

/** Smaller ones are the network's everyday. */
const LEAST = 20 * SAMPLES_PER_MS;
/** Of a capture that stutters, the largest are enough to find the places. */
const MOST_JUMPS = 64;

/** Where a stream fell behind its timestamps, and by how much. In samples. */
export interface CaptureJump {
  readonly at: number;
  readonly size: number;
}

/**
 * The packets that came later than their timestamps say, since the last sender report that was
 * believed: where a capture may have stood still, once for long or many times for a moment.
 */
export class CaptureJumps {
  readonly #jumps: CaptureJump[] = [];
  /** The least delay since the last jump: what is left of it when the network has caught up. */
  #lowestDelay = Infinity;

  /** @param size by how much the packet's delay is above that of the one before it */
  note(jump: CaptureJump, delay: number): void {
    if (jump.size < LEAST) {
      this.#lowestDelay = Math.min(this.#lowestDelay, delay);
      return;
    }
    this.#lowestDelay = delay;
    this.#jumps.push(jump);
    if (this.#jumps.length > MOST_JUMPS) this.#jumps.splice(this.#smallest(), 1);
  }

  /**
   * Where the capture stood still for `step` altogether, in their order, when packets bear that out:
   * they jumped by at least half as much, and half of it stayed. Else null.
   * @param offset the delay that the stream had before
   */
  explain(step: number, offset: number): CaptureJump[] | null {
    if (this.#lowestDelay - offset < step / 2) return null;
    const largest = this.#jumps.toSorted((a, b) => b.size - a.size);
    const taken: CaptureJump[] = [];
    let sum = 0;
    for (const jump of largest) {
      if (sum >= step) break;
      taken.push(jump);
      sum += jump.size;
    }
    if (sum < step / 2) return null;
    return taken
      .sort((a, b) => a.at - b.at)
      .map(({ at, size }) => ({ at, size: (size * step) / sum }));
  }

  forget(): void {
    this.#jumps.length = 0;
    this.#lowestDelay = Infinity;
  }

  #smallest(): number {
    let found = 0;
    for (const [index, { size }] of this.#jumps.entries()) {
      if (size < (this.#jumps[found] as CaptureJump).size) found = index;
    }
    return found;
  }
}
