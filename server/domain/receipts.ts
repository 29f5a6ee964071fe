import type { HeardBy, PeerId, Phrase, Receipt } from '#protocol';

/** Of how many phrases receipts are kept; later ones for older phrases are dropped. */
const KEPT = 200;

interface Entry {
  readonly authorId: PeerId;
  /** The others who were there when it was said. */
  readonly of: ReadonlySet<PeerId>;
  readonly got: Set<PeerId>;
  readonly heard: Set<PeerId>;
}

/** Counts to how many a phrase came, and to how many it was played. */
export class Receipts {
  readonly #entries = new Map<number, Entry>();

  /** @param others everyone in the room but its author */
  said(phrase: Phrase, others: readonly PeerId[]): void {
    const entry: Entry = {
      authorId: phrase.authorId,
      of: new Set(others),
      got: new Set(),
      heard: new Set(),
    };
    this.#entries.set(phrase.seq, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > KEPT && oldest !== undefined) this.#entries.delete(oldest);
  }

  /**
   * Takes what somebody says of what reached them. Phrases said without them, and their own, do not
   * count.
   * @returns the numbers of the phrases of which there is news
   */
  take(peerId: PeerId, receipt: Receipt): number[] {
    const news = new Set<number>();
    const note = (seqs: readonly number[], of: (entry: Entry) => Set<PeerId>[]) => {
      for (const seq of seqs) {
        const entry = this.#entries.get(seq);
        if (!entry?.of.has(peerId)) continue;
        for (const set of of(entry)) {
          if (!set.has(peerId)) news.add(seq);
          set.add(peerId);
        }
      }
    };
    note(receipt.got, ({ got }) => [got]);
    // What was played was there.
    note(receipt.heard, ({ got, heard }) => [got, heard]);
    return [...news];
  }

  /**
   * What the author of a phrase is told, or null when it is too long ago.
   * @param nameOf of those who heard it; left out where nobody is named
   */
  of(
    seq: number,
    nameOf?: (peerId: PeerId) => string | null,
  ): { authorId: PeerId; heardBy: HeardBy } | null {
    const entry = this.#entries.get(seq);
    if (!entry) return null;
    const { authorId, got, heard, of } = entry;
    const names = nameOf && [...heard].flatMap((peerId) => nameOf(peerId) ?? []);
    return {
      authorId,
      heardBy: { seq, got: got.size, heard: heard.size, of: of.size, ...(names && { names }) },
    };
  }
}
