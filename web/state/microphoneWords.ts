import { m } from '#web/paraglide/messages.js';
import type { FailureWords } from './failure.ts';
import type { MicrophoneFailure } from './lobbyState.svelte.ts';

/** Why there is no microphone, and what to do about it. */
export function microphoneWords(reason: MicrophoneFailure): FailureWords {
  switch (reason) {
    case 'denied':
      return { title: m.mic_denied_title(), text: m.mic_denied_text() };
    case 'missing':
      return { title: m.mic_missing_title(), text: m.mic_missing_text() };
    case 'busy':
      return { title: m.mic_busy_title(), text: m.mic_busy_text() };
    case 'insecure':
      return { title: m.mic_insecure_title(), text: m.mic_insecure_text() };
    case 'unknown':
      return { title: m.mic_unknown_title(), text: m.mic_unknown_text() };
  }
}
