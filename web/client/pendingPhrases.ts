import type { ErrorCode, Phrase } from '#protocol';
import type { PendingPhrase } from './roomState.ts';

// What becomes of phrases between their sending and their coming back. Pure.

/** Those that have not come back among `arrived`. */
export function stillPending(
  pending: readonly PendingPhrase[],
  arrived: readonly Phrase[],
): readonly PendingPhrase[] {
  const back = new Set(arrived.map(({ draftId }) => draftId));
  return pending.filter(({ draftId }) => !back.has(draftId));
}

/** The server refused one. */
export function withFailure(
  pending: readonly PendingPhrase[],
  refusal: { draftId: string | null; code: ErrorCode; retryAfterMs?: number },
): readonly PendingPhrase[] {
  const { draftId, ...failure } = refusal;
  return pending.map((phrase) => (phrase.draftId === draftId ? { ...phrase, failure } : phrase));
}

/** The connection is gone, and what was on its way perhaps with it: its author decides. */
export function interrupted(pending: readonly PendingPhrase[]): readonly PendingPhrase[] {
  return pending.map((phrase) =>
    phrase.failure ? phrase : { ...phrase, failure: { code: 'WRONG_STATE' } },
  );
}
