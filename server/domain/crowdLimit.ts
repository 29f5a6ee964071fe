import { RetryLine } from './retryLine.ts';
import { TokenBucket } from './tokenBucket.ts';

/**
 * How much comes from one place at once, whoever it is: many who have nothing to do with each other may
 * be behind it. Who is refused is told another time than the one before, a second away at least. Times
 * are of one monotonic clock.
 */
export class CrowdLimit {
  readonly #bucket: TokenBucket;
  readonly #line: RetryLine;
  readonly #random: () => number;

  /**
   * @param options.retriesPerSecond how many of those who were refused come again in a second; as
   * many as there is room for when left out
   * @param options.random 0 to 1, another each time
   */
  constructor(options: {
    capacity: number;
    perSecond: number;
    retriesPerSecond?: number;
    nowMs: number;
    random: () => number;
  }) {
    this.#bucket = new TokenBucket(options);
    this.#line = new RetryLine({ perSecond: options.retriesPerSecond ?? options.perSecond });
    this.#random = options.random;
  }

  /** Takes one. Returns 0, or the milliseconds after which this one is to come again. */
  take(nowMs: number): number {
    return this.#bucket.take(nowMs) === 0 ? 0 : this.#line.next(nowMs, this.#random());
  }
}
