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

interface Page {
  consent: Consent;
  everGranted: boolean;
  /** Null unless the person let it be said. */
  name: string | null;
}

interface Person {
  readonly peerId: PeerId;
  readonly displayName: string;
}

/** Who agreed to one recording. Nobody has until they say so, and an answer outlives a reconnection. */
export class ConsentBook {
  readonly #pages = new Map<PeerId, Page>();

  /** Null for who was never asked. */
  of(peerId: PeerId): Consent | null {
    return this.#pages.get(peerId)?.consent ?? null;
  }

  /** Asks once. Returns what the person has answered so far. */
  ask(peerId: PeerId): Consent {
    const page = this.#pages.get(peerId) ?? { consent: 'pending', everGranted: false, name: null };
    this.#pages.set(peerId, page);
    return page.consent;
  }

  /** Who begins a recording agrees to it by doing so. */
  began({ peerId, displayName }: Person, at: number): ConsentEntry {
    this.#pages.set(peerId, { consent: 'granted', everGranted: true, name: displayName });
    return { peerId, displayName, answer: 'granted', language: 'es', words: '', at };
  }

  /** @throws ProtocolError WRONG_STATE when it changes nothing */
  answer(
    { peerId, displayName }: Person,
    said: ConsentAnswer,
    asked: { question: ConsentQuestion; at: number },
  ): ConsentEntry {
    const { answer, language, named } = said;
    const before = this.#pages.get(peerId);
    if (before?.consent === answer) {
      throw new ProtocolError('WRONG_STATE', 'that was the answer already');
    }
    const granted = answer === 'granted';
    const name = granted || named ? displayName : null;
    const everGranted = granted || (before?.everGranted ?? false);
    this.#pages.set(peerId, { consent: answer, everGranted, name });
    const words = CONSENT_WORDS[language][asked.question];
    return { peerId, displayName: name, answer, language, words, at: asked.at };
  }

  /** Those who were asked and of whom nothing was recorded at any time. */
  notRecorded(): { peerId: PeerId; displayName: string | null }[] {
    return [...this.#pages].flatMap(([peerId, { everGranted, name }]) =>
      everGranted ? [] : [{ peerId, displayName: name }],
    );
  }
}
