import { ProtocolError, type Role, type RoomId } from '#protocol';
import { RecentMap } from './recentMap.ts';
import { TokenBucket } from './tokenBucket.ts';

interface Limits {
  readonly atOnce: number;
  readonly capacity: number;
  readonly perSecond: number;
}

/** 1,600 messages a second both ways, some percent of a core. */
const SERVER: Limits = { atOnce: 16, capacity: 48, perSecond: 8 };
/** Rooms cost nothing: whoever makes many is one address still, and leaves half to others. */
const ADDRESS: Limits = { atOnce: 8, capacity: 24, perSecond: 4 };
/**
 * Of one link at one address. A class opens its link behind one address: a few at a time get through
 * within half a minute, and leave the line to those who talk already.
 */
const LINK: Limits = { atOnce: 4, capacity: 12, perSecond: 2 };
/** What a test usually takes: by then another has its place. */
const RETRY_AFTER_MS = 3_000;
/** As many names as the TURN server is asked for, for one address: its quota is one of names. */
const SLOTS = 4;
/** By then all of its buckets are full again, and its tests are over. */
const KEEP_MS = 60_000;
const MAX_DOORS = 50_000;

class Door {
  readonly #atOnce: number;
  readonly #rate: TokenBucket;
  #open = 0;

  constructor({ atOnce, ...rate }: Limits, nowMs: number) {
    this.#atOnce = atOnce;
    this.#rate = new TokenBucket({ ...rate, nowMs });
  }

  isShut(nowMs: number): boolean {
    return this.#open >= this.#atOnce || this.#rate.waitMs(nowMs) > 0;
  }

  enter(nowMs: number): void {
    this.#rate.take(nowMs);
    this.#open += 1;
  }

  leave(): void {
    this.#open -= 1;
  }
}

class AddressDoor extends Door {
  readonly #slots = Array.from({ length: SLOTS }, () => 0);

  /** The slot with the fewest tests, which has one more now. */
  takeSlot(): number {
    const slot = this.#slots.indexOf(Math.min(...this.#slots));
    this.#slots[slot]! += 1;
    return slot;
  }

  freeSlot(slot: number): void {
    this.#slots[slot]! -= 1;
  }
}

export interface TestPlace {
  /** One of a few of its address, which tests share. */
  readonly slot: number;
  /** Gives it back. To be called once. */
  readonly leave: () => void;
}

/**
 * The places for connection tests: of the server, of an address, of a link at an address. Times are of
 * one monotonic clock.
 */
export class TestPlaces {
  readonly #server: Door;
  readonly #addresses = new RecentMap<string, AddressDoor>({
    capacity: MAX_DOORS,
    keepMs: KEEP_MS,
    make: (nowMs) => new AddressDoor(ADDRESS, nowMs),
  });
  readonly #links = new RecentMap<string, Door>({
    capacity: MAX_DOORS,
    keepMs: KEEP_MS,
    make: (nowMs) => new Door(LINK, nowMs),
  });

  constructor(nowMs: number) {
    this.#server = new Door(SERVER, nowMs);
  }

  /** Takes one of each or none. @throws ProtocolError RATE_LIMITED */
  take(who: { roomId: RoomId; role: Role; address: string }, nowMs: number): TestPlace {
    const address = this.#addresses.of(who.address, nowMs);
    const link = this.#links.of(`${who.roomId} ${who.role} ${who.address}`, nowMs);
    const doors = [this.#server, address, link];
    if (doors.some((door) => door.isShut(nowMs))) {
      const retryAfterMs = RETRY_AFTER_MS;
      throw new ProtocolError('RATE_LIMITED', 'too many tests at once', { retryAfterMs });
    }
    for (const door of doors) door.enter(nowMs);
    const slot = address.takeSlot();
    const leave = () => {
      address.freeSlot(slot);
      for (const door of doors) door.leave();
    };
    return { slot, leave };
  }
}
