import type { RoomId } from '#protocol';
import type { Clock, Log, RoomTransfer } from '../session/ports.ts';
import type { RedisLink } from './redisLink.ts';
import { RENEW } from './scripts.ts';
import { SharedRoom } from './sharedRoom.ts';

/** After its last call, until another server may take a room in which nobody is. */
const IDLE_MS = 30_000;
const BATCH = 200;

interface Options {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly log: Log;
  readonly transfer: RoomTransfer;
  /** How long a room is a server's without a word of it. */
  readonly leaseMs: number;
  /** Another server has that room: who is in it is to go there. */
  readonly lost: (roomId: RoomId) => void;
}

/** The rooms that this server has. */
export class Leases {
  readonly #options: Options;
  readonly #rooms = new Map<RoomId, SharedRoom>();

  constructor(options: Options) {
    this.#options = options;
  }

  of(roomId: RoomId): SharedRoom | null {
    return this.#rooms.get(roomId) ?? null;
  }

  add(roomId: RoomId, fence: string): SharedRoom {
    const room: SharedRoom = new SharedRoom({
      ...this.#options,
      ...{ roomId, fence },
      lost: () => this.#lose(room),
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  /** Makes them last for as long again. Rejects where Redis does not answer: they go on. */
  async renew(rooms: readonly SharedRoom[] = [...this.#rooms.values()]): Promise<void> {
    const { link, leaseMs } = this.#options;
    for (let at = 0; at < rooms.length; at += BATCH) {
      const batch = rooms.slice(at, at + BATCH);
      const asked = batch.flatMap(({ roomId, fence }) => [roomId, fence]);
      const answers = (await link.run(RENEW, String(leaseMs), ...asked)) as string[];
      for (const [index, room] of batch.entries()) {
        if (answers[index] === 'lost') this.#lose(room);
        else if (answers[index] === 'anew') room.writeWhole();
      }
    }
  }

  /** Writes what waits, and lets go of rooms that nobody has asked for in a while. */
  tidy(): void {
    for (const room of this.#rooms.values()) {
      if (room.idleMs > IDLE_MS) void this.#release(room);
      else void room.flush();
    }
  }

  /** Lets go of all of them, whose people have left. */
  async release(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map((room) => this.#release(room)));
  }

  #lose(room: SharedRoom): void {
    const { roomId } = room;
    // One that was let go of is not renewed, and not lost.
    if (this.#rooms.get(roomId) !== room || room.leaving) return;
    this.#rooms.delete(roomId);
    this.#options.log.warn({ roomId }, 'another server has the room');
    if (room.isOpen) this.#options.lost(roomId);
  }

  async #release(room: SharedRoom): Promise<void> {
    if (!(await room.release())) return;
    if (this.#rooms.get(room.roomId) === room) this.#rooms.delete(room.roomId);
  }
}
