import {
  PHRASE_HISTORY,
  PHRASE_LOG,
  ProtocolError,
  type PeerId,
  type Phrase,
  type PhraseDraft,
} from '#protocol';
import { TokenBucket } from './tokenBucket.ts';

const PHRASE_BURST = 5;
const PHRASES_PER_SECOND = 2;

/** The room's numbered phrases: who said what in which order, and nobody faster than the limit. */
export class PhraseLog {
  readonly #kept: Phrase[] = [];
  /** Author and draft of each that is kept. */
  readonly #drafts = new Set<string>();
  readonly #limits = new Map<PeerId, TokenBucket>();
  #lastSeq: number;

  /** @param kept what was said here before, oldest first */
  constructor(kept: readonly Phrase[] = []) {
    for (const phrase of kept) this.#add(phrase);
    this.#lastSeq = kept.at(-1)?.seq ?? 0;
  }

  /** The last PHRASE_HISTORY phrases, oldest first. */
  get recent(): readonly Phrase[] {
    return this.#kept.slice(-PHRASE_HISTORY);
  }

  /** The PHRASE_HISTORY of those kept that come after `seq`. */
  after(seq: number): readonly Phrase[] {
    const first = this.#kept[0]?.seq ?? 1;
    const from = Math.max(0, seq + 1 - first);
    return this.#kept.slice(from, from + PHRASE_HISTORY);
  }

  /**
   * Stamps a draft. Null when this author's draft of that name was stamped before: who was cut off
   * sends again what may have arrived.
   * @param keep puts the phrase where it is safe; where that throws, its number is free again
   * @throws ProtocolError RATE_LIMITED beyond 2 a second with a burst of 5; what `keep` throws
   */
  append(
    author: { peerId: PeerId; displayName: string },
    draft: PhraseDraft,
    now: { wallMs: number; monotonicMs: number },
    keep: (phrase: Phrase) => void = () => {},
  ): Phrase | null {
    if (this.#drafts.has(draftKey(author.peerId, draft.draftId))) return null;
    const retryAfterMs = this.#limitOf(author.peerId, now.monotonicMs).take(now.monotonicMs);
    if (retryAfterMs > 0) {
      throw new ProtocolError('RATE_LIMITED', 'phrases come too fast', { retryAfterMs });
    }
    const phrase: Phrase = {
      seq: this.#lastSeq + 1,
      at: Math.round(now.wallMs),
      authorId: author.peerId,
      authorName: author.displayName,
      text: draft.text,
      language: draft.language,
      draftId: draft.draftId,
    };
    keep(phrase);
    this.#lastSeq = phrase.seq;
    this.#add(phrase);
    return phrase;
  }

  #add(phrase: Phrase): void {
    this.#kept.push(phrase);
    this.#drafts.add(draftKey(phrase.authorId, phrase.draftId));
    if (this.#kept.length > PHRASE_LOG) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest) this.#drafts.delete(draftKey(oldest.authorId, oldest.draftId));
  }

  #limitOf(peerId: PeerId, nowMs: number): TokenBucket {
    let limit = this.#limits.get(peerId);
    if (!limit) {
      limit = new TokenBucket({ capacity: PHRASE_BURST, perSecond: PHRASES_PER_SECOND, nowMs });
      // Kept when the author leaves: leaving and coming back must not refill the burst.
      this.#limits.set(peerId, limit);
    }
    return limit;
  }
}

function draftKey(authorId: PeerId, draftId: string): string {
  return `${authorId} ${draftId}`;
}
