import type { ProducerId } from '#protocol';
import { SlotHolders } from '../domain/slotHolders.ts';
import type { Heard } from '../domain/voiceLevel.ts';

/** Who of many is heard by those who hear each microphone by itself: all of a few, or else the loudest. */
export class AudibleVoices {
  readonly #limit: number;
  readonly #tell: (audible: ReadonlySet<ProducerId>) => void;
  readonly #holders: SlotHolders<ProducerId>;
  /** In the order in which they came. */
  readonly #all = new Set<ProducerId>();
  #audible: ReadonlySet<ProducerId> = new Set();

  constructor(limit: number, tell: (audible: ReadonlySet<ProducerId>) => void) {
    this.#limit = limit;
    this.#tell = tell;
    this.#holders = new SlotHolders(limit);
  }

  /** Whether there are more than can be heard. */
  get mustChoose(): boolean {
    return this.#all.size > this.#limit;
  }

  add(id: ProducerId): void {
    this.#all.add(id);
    this.#holders.add(id);
    this.#choose();
  }

  remove(id: ProducerId): void {
    this.#all.delete(id);
    this.#holders.remove(id);
    this.#choose();
  }

  silence(id: ProducerId): void {
    this.#holders.silence(id);
  }

  hear(id: ProducerId, heard: Heard, nowMs: number): void {
    const before = this.#holders.slotOf(id);
    if (this.#holders.hear(id, heard, nowMs) !== before) this.#choose();
  }

  /** Where not all places are taken by those who were heard, the others have those that are left. */
  #choose(): void {
    const audible = new Set(this.#holders.holders.filter((id) => id !== null));
    for (const id of this.#all) {
      if (audible.size >= this.#limit) break;
      audible.add(id);
    }
    const isSame = [...audible].every((id) => this.#audible.has(id));
    if (isSame && audible.size === this.#audible.size) return;
    this.#audible = audible;
    this.#tell(audible);
  }
}
