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
  /** In which the person was asked; null for who began the recording, whose pressing is the answer. */
  readonly language: ConsentAnswer['language'] | null;
  /** What the person was asked, word for word; null for who began the recording. */
  readonly words: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Person {
  readonly peerId: PeerId;
  readonly displayName: string;
}

interface Asked {
  readonly consent: Consent;
  /** Whether the recording may say who it is. */
  readonly named: boolean;
}

/** Who agreed to one recording. Nobody has until they say so, and an answer outlives a reconnection. */
export class ConsentBook {
  readonly #asked = new Map<PeerId, Asked>();

  /** Null for who was never asked. */
  of(peerId: PeerId): Consent | null {
    return this.#asked.get(peerId)?.consent ?? null;
  }

  /** False when this person was asked before. */
  ask(peerId: PeerId): boolean {
    if (this.#asked.has(peerId)) return false;
    this.#asked.set(peerId, { consent: 'pending', named: false });
    return true;
  }

  /** Who begins a recording agrees to it by doing so. */
  began({ peerId, displayName }: Person, at: number): ConsentEntry {
    this.#asked.set(peerId, { consent: 'granted', named: true });
    return { peerId, displayName, answer: 'granted', language: null, words: null, at };
  }

  /** Whether that is another answer than the last, or a refusal that is named otherwise. */
  changes(peerId: PeerId, said: ConsentAnswer): boolean {
    const before = this.#asked.get(peerId);
    return before?.consent !== said.answer || before.named !== mayBeNamed(said);
  }

  /** @throws ProtocolError WRONG_STATE when it changes nothing */
  answer(
    { peerId, displayName }: Person,
    said: ConsentAnswer,
    asked: { question: ConsentQuestion; at: number },
  ): ConsentEntry {
    const { answer, language } = said;
    if (!this.changes(peerId, said)) {
      throw new ProtocolError('WRONG_STATE', 'that was the answer already');
    }
    const named = mayBeNamed(said);
    this.#asked.set(peerId, { consent: answer, named });
    const name = named ? displayName : null;
    const words = CONSENT_WORDS[language][asked.question];
    return { peerId, displayName: name, answer, language, words, at: asked.at };
  }
}

/** Who agrees is heard under their name. */
function mayBeNamed({ answer, named }: ConsentAnswer): boolean {
  return answer === 'granted' || named;
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
  for (const { peerId } of entries.filter(isYes)) names.delete(peerId);
  return [...names.values()];
}

/**
 * The answers as they are kept for good: who was never recorded and would at last not be named is not
 * named by an earlier answer either.
 * @param entries in the order of the answers
 */
export function withoutNamesTakenBack(entries: readonly ConsentEntry[]): ConsentEntry[] {
  const recorded = new Set(entries.filter(isYes).map(({ peerId }) => peerId));
  const last = new Map(entries.map(({ peerId, displayName }) => [peerId, displayName]));
  return entries.map((entry) => {
    const isNamed = recorded.has(entry.peerId) || last.get(entry.peerId) !== null;
    return isNamed ? entry : { ...entry, displayName: null };
  });
}

function isYes({ answer }: ConsentEntry): boolean {
  return answer === 'granted';
}
