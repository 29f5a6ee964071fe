import {
  CONSENT_WORDS,
  ProtocolError,
  type Consent,
  type ConsentAnswer,
  type ConsentQuestion,
  type PeerId,
} from '#protocol';

/** One answer, as it is kept with the recording. */
export interface ConsentEntry {
  readonly peerId: PeerId;
  /** Null for one who refused and would not be named. */
  readonly displayName: string | null;
  readonly answer: ConsentAnswer['answer'];
  readonly language: ConsentAnswer['language'];
  /** What the person was asked, word for word; empty for who began the recording. */
  readonly words: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Person {
  readonly peerId: PeerId;
  readonly displayName: string;
}

/** Who agreed to one recording. Nobody has until they say so, and an answer outlives a reconnection. */
export class ConsentBook {
  readonly #answers = new Map<PeerId, Consent>();

  /** Null for who was never asked. */
  of(peerId: PeerId): Consent | null {
    return this.#answers.get(peerId) ?? null;
  }

  /** False when this person was asked before. */
  ask(peerId: PeerId): boolean {
    if (this.#answers.has(peerId)) return false;
    this.#answers.set(peerId, 'pending');
    return true;
  }

  /** Who begins a recording agrees to it by doing so. */
  began({ peerId, displayName }: Person, at: number): ConsentEntry {
    this.#answers.set(peerId, 'granted');
    return { peerId, displayName, answer: 'granted', language: 'es', words: '', at };
  }

  /** @throws ProtocolError WRONG_STATE when it changes nothing */
  answer(
    { peerId, displayName }: Person,
    said: ConsentAnswer,
    asked: { question: ConsentQuestion; at: number },
  ): ConsentEntry {
    const { answer, language, named } = said;
    if (this.#answers.get(peerId) === answer) {
      throw new ProtocolError('WRONG_STATE', 'that was the answer already');
    }
    this.#answers.set(peerId, answer);
    const name = answer === 'granted' || named ? displayName : null;
    const words = CONSENT_WORDS[language][asked.question];
    return { peerId, displayName: name, answer, language, words, at: asked.at };
  }
}

/**
 * Who was asked and never agreed, so that nothing of theirs was recorded at any time: their names,
 * or null for those who would not be named.
 * @param entries in the order of the answers
 */
export function neverRecorded(
  asked: Iterable<PeerId>,
  entries: readonly ConsentEntry[],
): (string | null)[] {
  const names = new Map<PeerId, string | null>([...asked].map((peerId) => [peerId, null]));
  for (const { peerId, displayName } of entries) names.set(peerId, displayName);
  for (const { peerId, answer } of entries) if (answer === 'granted') names.delete(peerId);
  return [...names.values()];
}
