import type { PeerId } from '#protocol';

/** How many voices an engine can give that people tell apart. */
export const VOICES = 12;

/** Gives each author a voice that stays theirs: by name, so that it is the same another day. */
export class Voices {
  readonly #taken = new Map<PeerId, number>();

  /** From 0 to VOICES - 1. Two people get the same one only when there are more than VOICES. */
  of(author: { peerId: PeerId; displayName: string }): number {
    const before = this.#taken.get(author.peerId);
    if (before !== undefined) return before;
    const taken = new Set(this.#taken.values());
    const first = hash(author.displayName.toLocaleLowerCase()) % VOICES;
    const turns = Array.from({ length: VOICES }, (_, turn) => (first + turn) % VOICES);
    const voice = turns.find((one) => !taken.has(one)) ?? first;
    this.#taken.set(author.peerId, voice);
    return voice;
  }
}

/** FNV-1a, 32 bits (draft-eastlake-fnv). */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (const character of text) {
    sum = Math.imul(sum ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return sum >>> 0;
}
