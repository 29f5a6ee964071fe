import { RECEIPT_MAX, type Receipt } from '#protocol';

/** Receipts are collected so long: a room that all hear the same phrase must not answer in one moment. */
const COLLECT_MS = 400;
const SPREAD_MS = 400;

/** Tells the server in batches which phrases were shown here, and which were played. */
export class ReceiptSender {
  readonly #send: (receipt: Receipt) => void;
  readonly #got = new Set<number>();
  readonly #heard = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (receipt: Receipt) => void) {
    this.#send = send;
  }

  got(seq: number): void {
    this.#got.add(seq);
    this.#sendSoon();
  }

  heard(seq: number): void {
    this.#heard.add(seq);
    this.#sendSoon();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sendSoon(): void {
    this.#timer ??= setTimeout(() => this.#flush(), COLLECT_MS + Math.random() * SPREAD_MS);
  }

  #flush(): void {
    this.#timer = null;
    this.#send({ got: take(this.#got), heard: take(this.#heard) });
    if (this.#got.size + this.#heard.size > 0) this.#sendSoon();
  }
}

/** As many as go into one receipt, the latest first: of old ones nobody is told any more. */
function take(seqs: Set<number>): number[] {
  const taken = [...seqs].slice(-RECEIPT_MAX);
  for (const seq of taken) seqs.delete(seq);
  return taken;
}
