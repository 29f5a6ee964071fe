import type { HeardBy, PeerId, Phrase, Receipt } from '#protocol';
import { Receipts } from '../domain/receipts.ts';
import type { Clock } from './ports.ts';

const TELL_MS = 500;

/** Collects who got and heard what, and tells authors of it in batches. */
export class ReceiptDesk {
  readonly #receipts = new Receipts();
  readonly #clock: Clock;
  readonly #tell: (authorId: PeerId, phrases: HeardBy[]) => void;
  readonly #nameOf: ((peerId: PeerId) => string | null) | undefined;
  readonly #news = new Set<number>();
  #cancel: (() => void) | null = null;

  /** @param options.nameOf where authors are told names: of somebody who is in the room */
  constructor(options: {
    clock: Clock;
    tell: (authorId: PeerId, phrases: HeardBy[]) => void;
    nameOf?: (peerId: PeerId) => string | null;
  }) {
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#nameOf = options.nameOf;
  }

  said(phrase: Phrase, others: readonly PeerId[]): void {
    this.#receipts.said(phrase, others);
  }

  take(peerId: PeerId, receipt: Receipt): void {
    for (const seq of this.#receipts.take(peerId, receipt)) this.#news.add(seq);
    if (this.#news.size > 0) this.#cancel ??= this.#clock.after(TELL_MS, () => this.#flush());
  }

  /** Idempotent. */
  close(): void {
    this.#cancel?.();
  }

  #flush(): void {
    this.#cancel = null;
    const byAuthor = new Map<PeerId, HeardBy[]>();
    for (const seq of this.#news) {
      const told = this.#receipts.of(seq, this.#nameOf);
      if (!told) continue;
      const phrases = byAuthor.get(told.authorId) ?? [];
      phrases.push(told.heardBy);
      byAuthor.set(told.authorId, phrases);
    }
    this.#news.clear();
    for (const [authorId, phrases] of byAuthor) this.#tell(authorId, phrases);
  }
}
