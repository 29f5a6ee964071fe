import { PhraseDraftSchema, ProtocolError, type PhraseDraft } from '#protocol';
import * as v from 'valibot';
import type { ClientChannel } from './ports.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a message of a phrase channel: UTF-8 JSON of a PhraseDraft. Tells its author of anything else. */
export function readDraft(author: ClientChannel, message: Uint8Array): PhraseDraft | null {
  try {
    return v.parse(PhraseDraftSchema, JSON.parse(decoder.decode(message)));
  } catch {
    author.notify('phraseRejected', { draftId: null, code: 'INVALID_MESSAGE' });
    return null;
  }
}

/** Runs what makes a phrase of a draft, and tells its author when a rule refuses it. */
export function rejectRefused(author: ClientChannel, draft: PhraseDraft, say: () => void): void {
  try {
    say();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, retryAfterMs } = error.toBody();
    author.notify('phraseRejected', {
      draftId: draft.draftId,
      code,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}
