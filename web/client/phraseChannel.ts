import {
  PhraseDraftSchema,
  PhraseSchema,
  type Phrase,
  type PhraseDraft,
  type Receipt,
} from '#protocol';
import type { DataConsumer, DataProducer } from 'mediasoup-client/types';
import * as v from 'valibot';

/** Phrases in and out over the data channels of one visit. */
export class PhraseChannel {
  #drafts: DataProducer | null = null;
  #incoming: DataConsumer | null = null;
  readonly #onChange: () => void;

  /** @param onChange told when `isOpen` may have changed */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Whether a draft can be sent this moment. */
  get isOpen(): boolean {
    return this.#drafts?.readyState === 'open';
  }

  /** Whether phrases come over it. */
  get isReceiving(): boolean {
    return this.#incoming?.readyState === 'open';
  }

  receive(
    channel: DataConsumer,
    events: { take: (phrase: Phrase) => void; opened?: () => void },
  ): void {
    this.#incoming = channel;
    channel.on('message', (message: unknown) => {
      const phrase = readPhrase(message);
      if (phrase) events.take(phrase);
    });
    channel.on('open', () => {
      events.opened?.();
      this.#onChange();
    });
    channel.on('close', this.#onChange);
  }

  /** @param drafts null to send nothing any more */
  sendOn(drafts: DataProducer | null): void {
    this.#drafts = drafts;
    drafts?.on('open', this.#onChange);
    drafts?.on('close', this.#onChange);
    drafts?.on('transportclose', this.#onChange);
    this.#onChange();
  }

  /** @throws Error when the channel is not open */
  send(draft: PhraseDraft): void {
    if (!this.#drafts || !this.isOpen) throw new Error('the phrase channel is not open');
    this.#drafts.send(JSON.stringify(draft));
  }

  /** Says what was shown and played here; without effect when the channel is not open. */
  confirm(receipt: Receipt): void {
    if (this.#drafts && this.isOpen) this.#drafts.send(JSON.stringify(receipt));
  }
}

/** A draft that the server will take, or null for text that it would refuse. */
export function makeDraft(draft: { draftId: string; text: string; language: string }) {
  const parsed = v.safeParse(PhraseDraftSchema, draft);
  return parsed.success ? parsed.output : null;
}

function readPhrase(message: unknown): Phrase | null {
  if (typeof message !== 'string') return null;
  try {
    const parsed = v.safeParse(PhraseSchema, JSON.parse(message));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
