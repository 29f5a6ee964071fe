import type { PeerId } from '#protocol';
import type { Room } from '../domain/room.ts';
import type { Attendance } from './attendance.ts';
import type { Clock, Log } from './ports.ts';

/** How long a room waits for the moderator who holds it. */
const GRACE_MS = 30_000;

interface Options {
  readonly room: Room;
  readonly people: Attendance;
  readonly clock: Clock;
  readonly log: Log;
}

/** Passes a room on to another moderator when the one who holds it is gone, and promotes nobody for it. */
export class HostWatch {
  readonly #options: Options;
  #cancel: (() => void) | null = null;
  /** Whose absence it is. */
  #missed: PeerId | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Something changed in the room: whoever holds it may have gone, or be back. */
  look(): void {
    const { room, clock } = this.#options;
    const { peerId } = room.host;
    if (peerId !== this.#missed) this.close();
    if (peerId === null || room.host.isHere) return this.close();
    this.#missed = peerId;
    this.#cancel ??= clock.after(GRACE_MS, () => this.#passOn());
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#missed = null;
  }

  #passOn(): void {
    const { room, people, log } = this.#options;
    this.#cancel = null;
    people.publish(room.host.passOn());
    log.info({ roomId: room.roomId, host: room.host.peerId }, 'room passed on');
  }
}
