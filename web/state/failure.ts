import { ProtocolError, type ErrorCode } from '#protocol';
import { Unreachable } from '#web/client/httpCall.ts';
import { m } from '#web/paraglide/messages.js';

/** What can go wrong, as a person meets it. */
export type Failure = ErrorCode | 'unreachable';

export interface FailureWords {
  readonly title: string;
  readonly text: string;
}

const WORDS: Record<Failure, () => FailureWords> = {
  INVALID_MESSAGE: () => ({ title: m.fail_invalid_title(), text: m.fail_invalid_text() }),
  UNAUTHORIZED: () => ({ title: m.fail_link_title(), text: m.fail_link_text() }),
  TOKEN_EXPIRED: () => ({ title: m.fail_expired_title(), text: m.fail_expired_text() }),
  FORBIDDEN: () => ({ title: m.fail_forbidden_title(), text: m.fail_forbidden_text() }),
  WRONG_STATE: () => ({ title: m.fail_moment_title(), text: m.fail_moment_text() }),
  NOT_FOUND: () => ({ title: m.fail_missing_title(), text: m.fail_missing_text() }),
  LIMIT_REACHED: () => ({ title: m.fail_limit_title(), text: m.fail_limit_text() }),
  RATE_LIMITED: () => ({ title: m.fail_rate_title(), text: m.fail_rate_text() }),
  ROOM_FULL: () => ({ title: m.fail_full_title(), text: m.fail_full_text() }),
  ROOM_LOCKED: () => ({ title: m.fail_locked_title(), text: m.fail_locked_text() }),
  WAITING: () => ({ title: m.fail_waiting_title(), text: m.fail_waiting_text() }),
  TURNED_AWAY: () => ({ title: m.fail_turned_away_title(), text: m.fail_turned_away_text() }),
  KICKED: () => ({ title: m.fail_kicked_title(), text: m.fail_kicked_text() }),
  BANNED: () => ({ title: m.fail_banned_title(), text: m.fail_banned_text() }),
  INVITATION_REVOKED: () => ({ title: m.fail_revoked_title(), text: m.fail_revoked_text() }),
  INVITATION_USED: () => ({ title: m.fail_used_title(), text: m.fail_used_text() }),
  UNSUPPORTED_MEDIA: () => ({ title: m.fail_media_title(), text: m.fail_media_text() }),
  RECORDING_STATE: () => ({ title: m.fail_recording_title(), text: m.fail_recording_text() }),
  CONSENT_REQUIRED: () => ({ title: m.fail_consent_title(), text: m.fail_consent_text() }),
  STORAGE_FAILED: () => ({ title: m.fail_storage_title(), text: m.fail_storage_text() }),
  REPLACED: () => ({ title: m.fail_replaced_title(), text: m.fail_replaced_text() }),
  SERVER_STOPPING: () => ({ title: m.fail_stopping_title(), text: m.fail_stopping_text() }),
  ROOM_ELSEWHERE: () => ({ title: m.fail_elsewhere_title(), text: m.fail_elsewhere_text() }),
  INTERNAL: () => ({ title: m.fail_internal_title(), text: m.fail_internal_text() }),
  unreachable: () => ({ title: m.fail_unreachable_title(), text: m.fail_unreachable_text() }),
};

export function failureOf(error: unknown): Failure {
  if (error instanceof ProtocolError) return error.code;
  return error instanceof Unreachable ? 'unreachable' : 'INTERNAL';
}

/** A sentence for a person, in their language; never a code. */
export function wordsOf(failure: Failure): FailureWords {
  return WORDS[failure]();
}
