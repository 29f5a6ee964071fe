export const RECONNECT_MIN_MS = 400;
/** Whoever waits when a server is back waits up to half as long again. A refused connection costs next to nothing. */
export const RECONNECT_MAX_MS = 1_000;
/** Until the next server is asked for a room whose own is gone: at first, and how much longer each time. */
const MOVE_MS = 250;
const MOVE_GROWTH = 1.05;
const MOVE_MAX_MS = 2_000;
/** Of the time to wait, added so that those who were told the same do not come in one moment. */
const HOLD_OFF_JITTER = 0.1;

/** When a socket is tried again, where socket.io does not do so by itself. */
export class Reconnection {
  readonly #connect: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #moves = 0;

  constructor(connect: () => void) {
    this.#connect = connect;
  }

  /** Counts an attempt that failed. Returns how many have since `reset`. */
  failed(): number {
    this.#attempts += 1;
    return this.#attempts;
  }

  /** Those that failed since `reset`. */
  get attempts(): number {
    return this.#attempts;
  }

  reset(): void {
    this.#attempts = 0;
    this.#moves = 0;
  }

  /** Spread out, so that a room full of people does not come back in one moment. */
  soon(): void {
    const longestMs = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** this.#attempts);
    this.#after(longestMs * (0.5 + Math.random() / 2));
  }

  /** Does what brings one to another server. */
  move(act: () => void): void {
    const delayMs = Math.min(MOVE_MS * MOVE_GROWTH ** this.#moves, MOVE_MAX_MS);
    this.#moves += 1;
    this.#after(delayMs * (0.5 + Math.random() / 2), act);
  }

  /** When the server said. */
  afterMs(retryAfterMs: number): void {
    this.#after(retryAfterMs * (1 + HOLD_OFF_JITTER * Math.random()));
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }

  #after(delayMs: number, act = this.#connect): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delayMs);
  }
}
