import type { Phrase, Spoken } from '#protocol';
import type { SpeechEngine, SpokenSound } from './ports.ts';

export const PACKET_MS = 20;
/** 20 ms of silence: a full-band CELT frame, mono, with its silence flag set (RFC 6716 4.3). */
export const SILENT_PACKET = Uint8Array.of(0xf8, 0xff, 0xfe);
/** Between an author's name and the phrase. */
const AFTER_NAME_PACKETS = 8;
/** Names of authors kept, since the next phrase is often theirs. */
const NAMES_KEPT = 50;

/** A phrase as it will sound, its author's name before it. */
export interface PhraseSound {
  readonly packets: readonly Uint8Array[];
  /** Those of them without the name. */
  readonly textPackets: readonly Uint8Array[];
  readonly durationMs: number;
  /** Where the text begins. */
  readonly textAtMs: number;
  readonly words: Spoken['words'];
}

/** Has phrases made into sound, each once however often it is asked for. */
export class PhraseSounds {
  readonly #engine: SpeechEngine;
  readonly #phrases = new Map<number, Promise<PhraseSound>>();
  readonly #names = new Map<string, Promise<SpokenSound>>();

  constructor(engine: SpeechEngine) {
    this.#engine = engine;
  }

  /** Rejects when the engine could not say it; asked again, it is tried again. */
  of(phrase: Phrase, voice: number): Promise<PhraseSound> {
    const known = this.#phrases.get(phrase.seq);
    if (known) return known;
    const made = this.#make(phrase, voice);
    this.#phrases.set(phrase.seq, made);
    made.catch(() => this.forget(phrase.seq));
    return made;
  }

  forget(seq: number): void {
    this.#phrases.delete(seq);
  }

  async #make({ text, language, authorName }: Phrase, voice: number): Promise<PhraseSound> {
    const [name, said] = await Promise.all([
      this.#nameOf(authorName, language, voice),
      this.#engine.say({ text, language, voice }),
    ]);
    const before = [...name.packets, ...Array<Uint8Array>(AFTER_NAME_PACKETS).fill(SILENT_PACKET)];
    const textAtMs = name.packets.length === 0 ? 0 : before.length * PACKET_MS;
    const packets = textAtMs === 0 ? said.packets : [...before, ...said.packets];
    return {
      packets,
      textPackets: said.packets,
      durationMs: packets.length * PACKET_MS,
      textAtMs,
      words: said.words.map(({ index, atMs }) => [index, Math.round(atMs) + textAtMs]),
    };
  }

  #nameOf(text: string, language: string, voice: number): Promise<SpokenSound> {
    const key = JSON.stringify([text, language, voice]);
    const known = this.#names.get(key);
    if (known) return known;
    // A phrase without its author's name is better than none.
    const made = this.#engine
      .say({ text, language, voice })
      .catch((): SpokenSound => ({ packets: [], words: [] }));
    this.#names.set(key, made);
    const [oldest] = this.#names.keys();
    if (this.#names.size > NAMES_KEPT && oldest !== undefined) this.#names.delete(oldest);
    return made;
  }
}
