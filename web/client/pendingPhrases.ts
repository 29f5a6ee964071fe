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

/** The server refused one; or all that are on their way, when they were too many at once. */
export function withFailure(
  pending: readonly PendingPhrase[],
  refusal: { draftId: string | null; code: ErrorCode; retryAfterMs?: number },
): readonly PendingPhrase[] {
  const { draftId, ...failure } = refusal;
  const isMeant = (phrase: PendingPhrase) =>
    draftId === null ? refusal.code === 'RATE_LIMITED' : phrase.draftId === draftId;
  return pending.map((phrase) => (isMeant(phrase) ? { ...phrase, failure } : phrase));
}

/** One may not write any more: those that have not come back are refused. */
export function forbidden(pending: readonly PendingPhrase[]): readonly PendingPhrase[] {
  const failure = { code: 'FORBIDDEN' } as const;
  return pending.map((phrase) => (phrase.failure ? phrase : { ...phrase, failure }));
}
