import { VoiceLevel, type Heard } from './voiceLevel.ts';

/** Who has said nothing for so long may be followed by whoever says something. */
const SILENT_MS = 200;
/** By so much, for so long, is louder who takes the place of somebody who speaks. */
const LOUDER_DB = 6;
const LOUDER_MS = 80;
/** Whoever pauses for longer than that is not louder all the while. */
const BREATH_MS = 100;
/** Nobody who speaks loses their place sooner than that. */
const TENURE_MS = 1_000;

interface Voice {
  readonly level: VoiceLevel;
  slot: number | null;
  sinceMs: number;
  /** Since when they have been louder than somebody who has a slot; null while they are not. */
  louderMs: number | null;
}

/**
 * Whose voice is in which of a number of slots: those of the loudest, who keep theirs as long as
 * nobody needs it. Times are of one monotonic clock, in ms.
 */
export class SlotHolders<Id> {
  readonly #voices = new Map<Id, Voice>();
  readonly #holders: (Id | null)[];

  constructor(count: number) {
    this.#holders = Array<Id | null>(count).fill(null);
  }

  /** Slot by slot; null where nobody has been heard. */
  get holders(): readonly (Id | null)[] {
    return this.#holders;
  }

  slotOf(id: Id): number | null {
    return this.#voices.get(id)?.slot ?? null;
  }

  /** Without effect for who is known. */
  add(id: Id): void {
    if (this.#voices.has(id)) return;
    const level = new VoiceLevel();
    this.#voices.set(id, { level, slot: null, sinceMs: -Infinity, louderMs: null });
  }

  /** Returns the slot that is free with it; null where there is none. */
  remove(id: Id): number | null {
    const slot = this.#voices.get(id)?.slot ?? null;
    this.#voices.delete(id);
    if (slot !== null) this.#holders[slot] = null;
    return slot;
  }

  /** Somebody closed their microphone: their slot is anybody's, and theirs again as long as nobody needs it. */
  silence(id: Id): void {
    this.#voices.get(id)?.level.silence();
  }

  /** Returns the slot that the packet of who was heard goes into; null where it is not to be heard. */
  hear(id: Id, heard: Heard, nowMs: number): number | null {
    const voice = this.#voices.get(id);
    if (!voice) return null;
    if (nowMs - voice.level.speechMs > BREATH_MS) voice.louderMs = null;
    const isSpeech = voice.level.hear(heard, nowMs);
    if (voice.slot !== null || !isSpeech) return voice.slot;
    const slot = this.#freeSlot(nowMs) ?? this.#wonSlot(voice, nowMs);
    if (slot !== null) this.#seat(id, slot, nowMs);
    return slot;
  }

  #seat(id: Id, slot: number, nowMs: number): void {
    const [before, voice] = [this.#holderOf(slot), this.#voices.get(id) as Voice];
    if (before) Object.assign(before, { slot: null, louderMs: null });
    Object.assign(voice, { slot, sinceMs: nowMs, louderMs: null });
    this.#holders[slot] = id;
  }

  #holderOf(slot: number): Voice | undefined {
    const id = this.#holders[slot];
    return id === null || id === undefined ? undefined : this.#voices.get(id);
  }

  /** One that nobody has, or else the one in which it has been silent for longest. */
  #freeSlot(nowMs: number): number | null {
    let best: { slot: number; speechMs: number } | null = null;
    for (const slot of this.#holders.keys()) {
      const speechMs = this.#holderOf(slot)?.level.speechMs;
      if (speechMs === undefined) return slot;
      if (nowMs - speechMs < SILENT_MS) continue;
      if (best === null || speechMs < best.speechMs) best = { slot, speechMs };
    }
    return best?.slot ?? null;
  }

  /** The quietest one's, where `voice` has been louder for long enough. */
  #wonSlot(voice: Voice, nowMs: number): number | null {
    let quietest: Voice | null = null;
    for (const slot of this.#holders.keys()) {
      const holder = this.#holderOf(slot);
      if (!holder || nowMs - holder.sinceMs < TENURE_MS) continue;
      if (quietest === null || holder.level.dBov < quietest.level.dBov) quietest = holder;
    }
    if (quietest === null || voice.level.dBov < quietest.level.dBov + LOUDER_DB) {
      voice.louderMs = null;
      return null;
    }
    voice.louderMs ??= nowMs;
    return nowMs - voice.louderMs >= LOUDER_MS ? quietest.slot : null;
  }
}
