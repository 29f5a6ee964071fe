import { sequenceDistance } from '../domain/rtp.ts';

/** For so long a packet is waited for that others have overtaken. */
const PATIENCE_MS = 60;
/** More than can come within that time. */
const MAX_WAITING = 12;

interface Numbered {
  /** 16 bits. */
  readonly sequence: number;
}

interface Ordered<Packet> {
  readonly packet: Packet;
  /** Some before it did not come in time. */
  readonly afterLoss: boolean;
}

/** Brings packets into the order of their sequence numbers. What comes too late, or twice, is dropped. */
export class PacketOrder<Packet extends Numbered> {
  #next: number | null = null;
  #waiting: Packet[] = [];
  #deadlineMs: number | null = null;

  /** When `release` is due; null while nothing waits. */
  get deadlineMs(): number | null {
    return this.#deadlineMs;
  }

  /** Returns those whose turn it is. */
  push(packet: Packet, nowMs: number): readonly Ordered<Packet>[] {
    this.#next ??= packet.sequence;
    if (sequenceDistance(this.#next, packet.sequence) < 0) return [];
    if (packet.sequence === this.#next && this.#waiting.length === 0) {
      this.#next = (packet.sequence + 1) & 0xffff;
      return [{ packet, afterLoss: false }];
    }
    if (this.#waiting.some(({ sequence }) => sequence === packet.sequence)) return [];
    this.#waiting.push(packet);
    this.#waiting.sort((one, other) => sequenceDistance(other.sequence, one.sequence));
    this.#deadlineMs ??= nowMs + PATIENCE_MS;
    return this.#waiting.length > MAX_WAITING ? this.release() : this.#inTurn();
  }

  /** All that wait, whatever is missing between them. */
  release(): readonly Ordered<Packet>[] {
    const released: Ordered<Packet>[] = [];
    for (const packet of this.#waiting) {
      released.push({ packet, afterLoss: packet.sequence !== this.#next });
      this.#next = (packet.sequence + 1) & 0xffff;
    }
    this.#waiting = [];
    this.#deadlineMs = null;
    return released;
  }

  /** The next packet begins a stream of its own. What waits is dropped. */
  reset(): void {
    this.#next = null;
    this.#waiting = [];
    this.#deadlineMs = null;
  }

  #inTurn(): Ordered<Packet>[] {
    const released: Ordered<Packet>[] = [];
    while (this.#waiting[0]?.sequence === this.#next) {
      released.push({ packet: this.#waiting.shift() as Packet, afterLoss: false });
      this.#next = ((this.#next as number) + 1) & 0xffff;
    }
    if (this.#waiting.length === 0) this.#deadlineMs = null;
    return released;
  }
}
