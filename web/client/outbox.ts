import { ProtocolError, type ErrorCode, type PhraseDraft } from '#protocol';
import { makeDraft, type PhraseChannel } from './phraseChannel.ts';
import type { PendingPhrase } from './roomState.ts';
import type { Ask } from './transportWiring.ts';

interface Options {
  readonly signaling: Ask;
  /** Told of a draft that the server refused at once. */
  readonly refused: (refusal: { draftId: string; code: ErrorCode }) => void;
}

/** Drafts on their way out: none goes twice the same way, and what a way has lost goes the next. */
export class Outbox {
  readonly #options: Options;
  /** Drafts that went out and can still come back: not over a channel that is gone. */
  readonly #sent = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Sends those that are neither refused nor on their way. The server knows a draft that it had before,
   * so none is said twice.
   * @param channel null for the socket
   */
  send(pending: readonly PendingPhrase[], channel: PhraseChannel | null): void {
    for (const { draftId, text, language, failure } of pending) {
      const draft =
        failure || this.#sent.has(draftId) ? null : makeDraft({ draftId, text, language });
      if (draft) this.#send(draft, channel);
    }
  }

  /** The way they went is gone, and whether they arrived nobody knows. */
  forget(): void {
    this.#sent.clear();
  }

  #send(draft: PhraseDraft, channel: PhraseChannel | null): void {
    if (!channel) this.#sendOnSocket(draft);
    else if (!sendOnChannel(draft, channel)) return;
    this.#sent.add(draft.draftId);
  }

  #sendOnSocket(draft: PhraseDraft): void {
    const { draftId } = draft;
    this.#options.signaling.request('sendPhrase', draft).catch((error: unknown) => {
      // Not answered is not refused: it is sent again on the next connection.
      if (!(error instanceof ProtocolError) || error.code === 'INTERNAL') return;
      this.#options.refused({ draftId, code: error.code });
    });
  }
}

/** False where it is not open, or closes at this moment: the draft goes with the next way. */
function sendOnChannel(draft: PhraseDraft, channel: PhraseChannel): boolean {
  if (!channel.isOpen) return false;
  try {
    channel.send(draft);
    return true;
  } catch {
    return false;
  }
}
