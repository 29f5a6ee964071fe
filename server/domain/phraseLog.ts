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
  #lastSeq = 0;

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
   * @throws ProtocolError RATE_LIMITED beyond 2 a second with a burst of 5
   */
  append(
    author: { peerId: PeerId; displayName: string },
    draft: PhraseDraft,
    now: { wallMs: number; monotonicMs: number },
  ): Phrase | null {
    const draftKey = `${author.peerId} ${draft.draftId}`;
    if (this.#drafts.has(draftKey)) return null;
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
    this.#kept.push(phrase);
    this.#drafts.add(draftKey);
    if (this.#kept.length > PHRASE_LOG) this.#forgetOldest();
    return phrase;
  }

  #forgetOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest) this.#drafts.delete(`${oldest.authorId} ${oldest.draftId}`);
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
