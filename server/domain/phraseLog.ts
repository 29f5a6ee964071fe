import {
  PHRASE_HISTORY,
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
  readonly #recent: Phrase[] = [];
  readonly #limits = new Map<PeerId, TokenBucket>();
  #lastSeq = 0;

  /** The last PHRASE_HISTORY phrases, oldest first. */
  get recent(): readonly Phrase[] {
    return this.#recent;
  }

  /** Those of `recent` that come after `seq`. */
  after(seq: number): readonly Phrase[] {
    return this.#recent.filter((phrase) => phrase.seq > seq);
  }

  /**
   * Stamps a draft.
   * @throws ProtocolError RATE_LIMITED beyond 2 a second with a burst of 5
   */
  append(
    author: { peerId: PeerId; displayName: string },
    draft: PhraseDraft,
    now: { wallMs: number; monotonicMs: number },
  ): Phrase {
    const retryAfterMs = this.#limitOf(author.peerId, now.monotonicMs).take(now.monotonicMs);
    if (retryAfterMs > 0) {
      throw new ProtocolError('RATE_LIMITED', 'phrases come too fast', { retryAfterMs });
    }
    this.#lastSeq += 1;
    const phrase: Phrase = {
      seq: this.#lastSeq,
      at: Math.round(now.wallMs),
      authorId: author.peerId,
      authorName: author.displayName,
      text: draft.text,
      language: draft.language,
      draftId: draft.draftId,
    };
    this.#recent.push(phrase);
    if (this.#recent.length > PHRASE_HISTORY) this.#recent.shift();
    return phrase;
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
