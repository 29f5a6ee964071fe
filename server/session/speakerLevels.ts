import type { PeerId, ProducerId } from '#protocol';

/** How loud somebody is at this moment: dBov, -127 to 0. */
export interface Heard {
  readonly peerId: PeerId;
  readonly dBov: number;
}

/** Turns what the media side says of Producers, how loud they are and who is heard in a slot, into what it means of people. */
export class SpeakerLevels {
  /** Told each time, the loudest first, with who leads the talk. */
  onHeard: (levels: readonly Heard[], activeSpeaker: PeerId | null) => void = () => {};
  /** Others are in the slots of the stage than before. */
  onSlots: (slots: (PeerId | null)[]) => void = () => {};
  readonly #peers = new Map<ProducerId, PeerId>();
  #holders: readonly (ProducerId | null)[] = [];
  #slots: (PeerId | null)[] = [];
  #dominant: PeerId | null = null;

  /** Who is heard in each slot of the stage; null where nobody is. */
  get slots(): (PeerId | null)[] {
    return this.#slots;
  }

  add(producerId: ProducerId, peerId: PeerId): void {
    this.#peers.set(producerId, peerId);
    // It may have been heard before it was known whose it is.
    if (this.#holders.includes(producerId)) this.setSlots(this.#holders);
  }

  remove(producerId: ProducerId): void {
    const peerId = this.#peers.get(producerId);
    this.#peers.delete(producerId);
    if (peerId === this.#dominant) this.#dominant = null;
    if (this.#holders.includes(producerId)) this.setSlots(this.#holders);
  }

  setDominant(producerId: ProducerId): void {
    this.#dominant = this.#peers.get(producerId) ?? null;
  }

  setSlots(holders: readonly (ProducerId | null)[]): void {
    this.#holders = holders;
    const slots = holders.map((holder) => (holder && this.#peers.get(holder)) ?? null);
    if (slots.length === this.#slots.length && slots.every((it, n) => it === this.#slots[n]))
      return;
    this.#slots = slots;
    this.onSlots(slots);
  }

  /** Called at the observer's interval, which bounds how often clients are told. */
  update(levels: readonly { producerId: ProducerId; dBov: number }[]): void {
    const heard = levels.flatMap(({ producerId, dBov }) => {
      const peerId = this.#peers.get(producerId);
      return peerId ? [{ peerId, dBov: Math.round(Math.min(0, Math.max(-127, dBov))) }] : [];
    });
    this.onHeard(heard, this.#dominant);
  }
}
