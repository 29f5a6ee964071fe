import type { UnspokenReason } from '#protocol';
import { m } from '#web/paraglide/messages.js';

const WORDS: Record<UnspokenReason, () => string> = {
  queueFull: m.unspoken_full,
  skipped: m.unspoken_skipped,
  noVoice: m.unspoken_no_voice,
  failed: m.unspoken_failed,
};

/** Why a phrase was shown and not spoken, as a sentence. */
export const unspokenWords = (reason: UnspokenReason): string => WORDS[reason]();
