import { fileURLToPath } from 'node:url';
import type { SpeechEngine, SpeechRequest, SpokenSound } from '../session/ports.ts';
import { ESPEAK_LANGUAGES, espeakVoice, type EspeakVoice } from './espeakVoices.ts';
import { ProcessQueue } from './processQueue.ts';

const PROGRAM = fileURLToPath(new URL('./espeakProcess.ts', import.meta.url));
/** What a busy machine may take for a phrase, and for each UTF-16 unit of it. */
const PATIENCE_MS = { phrase: 5_000, unit: 20 };

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
