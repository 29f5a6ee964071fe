import type { MicrophoneState } from '#protocol';
import { m } from '#web/paraglide/messages.js';
import { preferences } from './preferences.svelte.ts';

/** What a microphone's button says of itself: how to talk with the keyboard, where there may be one. */
export function talkHint(microphone: MicrophoneState, otherwise: string): string {
  const isOffered = microphone === 'muted' && preferences.pushToTalk;
  return isOffered && matchMedia('(any-hover: hover)').matches ? m.ptt_hint() : otherwise;
}
