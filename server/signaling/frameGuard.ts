import { TokenBucket } from '../domain/tokenBucket.ts';
import type { Clock } from '../session/ports.ts';

/**
 * In frames, of which one counts again for each further KiB. Wide: a peer acknowledges hundreds of
 * Consumers at once, and a flood of requests is to be told so before it is ended.
 */
const FRAMES = { capacity: 2_000, perSecond: 200 };
const COUNTED_BYTES = 1_024;

/** The part of an engine.io connection that is needed here. */
export interface Connection {
  on(event: 'packet', listener: (packet: { data?: unknown }) => void): unknown;
}

/**
 * Notices connections that send far more than there is to say, whatever it is: requests, answers,
 * heartbeats, or attempts to get in.
 */
export class FrameGuard<Conn extends Connection> {
  readonly #clock: Clock;
  readonly #atFlood = new WeakMap<Conn, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param flooded is called once, unless `atFlood` has named somebody else to tell */
  watch(connection: Conn, flooded: () => void): void {
    const nowMs = this.#clock.monotonicMs();
    const bucket = new TokenBucket({ ...FRAMES, nowMs });
    let isOver = false;
    this.#atFlood.set(connection, flooded);
    connection.on('packet', ({ data }) => {
      const length = typeof data === 'string' ? data.length : 0;
      const count = 1 + Math.floor(length / COUNTED_BYTES);
      if (isOver || bucket.take(this.#clock.monotonicMs(), count) === 0) return;
      isOver = true;
      this.#atFlood.get(connection)?.();
    });
  }

  atFlood(connection: Conn, act: () => void): void {
    this.#atFlood.set(connection, act);
  }
}
