import { browserVoice } from './browserVoice.ts';
import type { Saying } from './speechQueue.ts';
import { toasts } from './toasts.svelte.ts';

let mine: Saying | null = null;

/**
 * Names what scanning comes to, for the person alone: with the browser's voice, or to a screen
 * reader where it has none. A phrase that this browser is saying is not talked over.
 */
export function nameAloud(text: string, language: string): void {
  if (mine) mine.stop();
  else if (globalThis.speechSynthesis?.speaking) return;
  const saying = browserVoice.say({ text, language, volume: 1, onReached: () => undefined });
  mine = saying;
  if (!saying) toasts.announce(text);
  void saying?.finished.then(() => {
    if (mine === saying) mine = null;
  });
}

export function hush(): void {
  mine?.stop();
  mine = null;
}
