import type { Voice } from './speechQueue.ts';

const synthesis: SpeechSynthesis | undefined = globalThis.speechSynthesis;
// Chromium loads its voices when it is first asked for them, and has none to give until then.
synthesis?.getVoices();

/** The voice for a language tag: the same region if there is one, else the same language. */
export function pickVoice(
  voices: readonly SpeechSynthesisVoice[],
  language: string,
): SpeechSynthesisVoice | undefined {
  const tag = (voice: SpeechSynthesisVoice) => voice.lang.replace('_', '-').toLowerCase();
  const wanted = language.toLowerCase();
  const [base = wanted] = wanted.split('-');
  const related = voices.filter(
    (voice) => tag(voice) === base || tag(voice).startsWith(`${base}-`),
  );
  return (
    related.find((voice) => tag(voice) === wanted) ??
    related.find((voice) => voice.default) ??
    related.find((voice) => voice.localService) ??
    related[0]
  );
}

/** Whether this browser can read a language aloud. */
export function browserSpeaks(language: string): boolean {
  return pickVoice(synthesis?.getVoices() ?? [], language) !== undefined;
}

/** The browser's own text to speech. */
export const browserVoice: Voice = {
  say({ text, language, volume, onReached }) {
    const voice = pickVoice(synthesis?.getVoices() ?? [], language);
    if (!synthesis || !voice) return null;
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.volume = volume;
    const finished = new Promise<void>((resolve) => {
      utterance.onend = () => resolve();
      utterance.onerror = () => resolve();
    });
    utterance.onboundary = (event) => {
      if (event.name !== 'sentence') onReached(event.charIndex);
    };
    synthesis.speak(utterance);
    return { finished, stop: () => synthesis.cancel() };
  },
};
