/**
 * What is known of those who came lately. Whoever was not asked about for a while is forgotten, and
 * beyond `capacity` whoever was not for longest: what strangers choose as keys fills no memory.
 */
export class RecentMap<Key, Value> {
  readonly #entries = new Map<Key, { value: Value; usedMs: number }>();
  readonly #capacity: number;
  readonly #keepMs: number;
  readonly #make: (nowMs: number) => Value;

  constructor(options: { capacity: number; keepMs: number; make: (nowMs: number) => Value }) {
    this.#capacity = options.capacity;
    this.#keepMs = options.keepMs;
    this.#make = options.make;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Makes it where nothing is known. `nowMs` is of one monotonic clock. */
  of(key: Key, nowMs: number): Value {
    const value = this.#entries.get(key)?.value ?? this.#make(nowMs);
    // A Map keeps the order of insertion: whoever was used last stands last.
    this.#entries.delete(key);
    this.#entries.set(key, { value, usedMs: nowMs });
    this.#forget(nowMs);
    return value;
  }

  #forget(nowMs: number): void {
    for (const [key, { usedMs }] of this.#entries) {
      if (this.#entries.size <= this.#capacity && nowMs - usedMs <= this.#keepMs) return;
      this.#entries.delete(key);
    }
  }
}
