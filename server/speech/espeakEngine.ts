import { fileURLToPath } from 'node:url';
import type { SpeechEngine, SpeechRequest, SpokenSound } from '../session/ports.ts';
import { ESPEAK_LANGUAGES, espeakVoice, type EspeakVoice } from './espeakVoices.ts';
import { ProcessQueue } from './processQueue.ts';

const PROGRAM = fileURLToPath(new URL('./espeakProcess.ts', import.meta.url));
/**
 * What a phrase may take, and each UTF-16 unit of it, before it counts as stuck: two hundred times
 * what it takes on a quiet machine. To give up early on a busy one, and begin anew, makes it busier.
 */
const PATIENCE_MS = { phrase: 15_000, unit: 25 };

/** The embedded voice: espeak-ng, in a process of its own. */
export class EspeakEngine implements SpeechEngine {
  readonly languages = ESPEAK_LANGUAGES.base;
  readonly #queue = new ProcessQueue<{ text: string; voice: EspeakVoice }, SpokenSound>(PROGRAM);

  speaks(language: string): boolean {
    return ESPEAK_LANGUAGES.closest(language) !== undefined;
  }

  async say({ text, language, voice }: SpeechRequest): Promise<SpokenSound> {
    const chosen = espeakVoice(language, voice);
    if (!chosen) throw new Error(`espeak-ng does not speak ${language}`);
    const patienceMs = PATIENCE_MS.phrase + text.length * PATIENCE_MS.unit;
    return this.#queue.ask({ text, voice: chosen }, patienceMs);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
