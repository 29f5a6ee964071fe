import type { RoomId } from '#protocol';
import type { Clock, RoomTransfer } from '../session/ports.ts';
import type { RedisLink } from './redisLink.ts';
import type { Command } from './roomCommands.ts';
import { RoomOutbox } from './roomOutbox.ts';
import { RELEASE, WRITE } from './scripts.ts';

/** A room that this server has: its lease, and what is to be written of it. */
export class SharedRoom {
  readonly roomId: RoomId;
  /** What shows Redis that this is the server that has it. */
  readonly fence: string;
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #outbox: RoomOutbox;
  /** When a call last came for it: monotonic. */
  #touchedMs: number;
  #leaving: Promise<boolean> | null = null;
  /** People are in it, or are let in. */
  isOpen = false;

  constructor(options: {
    roomId: RoomId;
    fence: string;
    link: RedisLink;
    clock: Clock;
    transfer: RoomTransfer;
    lost: () => void;
  }) {
    const { roomId, link, clock, transfer } = options;
    this.roomId = roomId;
    this.fence = options.fence;
    this.#link = link;
    this.#clock = clock;
    this.#touchedMs = clock.monotonicMs();
    this.#outbox = new RoomOutbox({
      send: async (commands) => {
        const text = JSON.stringify(commands);
        const outcome = await link.run(WRITE, roomId, this.fence, text);
        if (outcome === -1) throw new Error('to be told of first');
        return outcome === 1;
      },
      whole: () => transfer.read(roomId),
      refused: options.lost,
    });
  }

  touch(): void {
    this.#touchedMs = this.#clock.monotonicMs();
  }

  get idleMs(): number {
    return this.isOpen ? 0 : this.#clock.monotonicMs() - this.#touchedMs;
  }

  write(...commands: readonly Command[]): void {
    this.#outbox.add(...commands);
  }

  writeWhole(): void {
    this.#outbox.addWhole();
    void this.#outbox.flush();
  }

  /** Sends what still waits. */
  flush(): Promise<boolean> {
    return this.#outbox.flush();
  }

  /** Set from `release` on, until it failed. */
  get leaving(): Promise<boolean> | null {
    return this.#leaving;
  }

  /** Lets another server take it. False where nothing answered, and it stays. */
  release(): Promise<boolean> {
    this.#leaving ??= this.#release()
      .catch(() => false)
      .then((isGone) => {
        if (!isGone) this.#leaving = null;
        return isGone;
      });
    return this.#leaving;
  }

  async #release(): Promise<boolean> {
    if (!(await this.#outbox.flush())) return false;
    await this.#link.run(RELEASE, this.roomId, this.fence);
    return true;
  }
}
