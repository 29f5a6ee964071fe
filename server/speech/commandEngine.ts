import { fileURLToPath } from 'node:url';
import type { SpeechEngine, SpeechRequest, SpokenSound } from '../session/ports.ts';
import { runCommand } from './command.ts';
import { Languages } from './languages.ts';
import { ProcessQueue } from './processQueue.ts';
import { LONGEST_SECONDS, type PackedSound } from './soundPacker.ts';
import { Speakable } from './speakable.ts';
import { Turns } from './turns.ts';

const ENCODER = fileURLToPath(new URL('./encoderProcess.ts', import.meta.url));
/** Some load a large voice anew for each phrase. */
const COMMAND_MS = 20_000;
const ENCODING_MS = 10_000;
/** The largest sound that is taken, 48 kHz, two channels, 16 bits, and a second more. */
const MAX_BYTES = (LONGEST_SECONDS + 1) * 48_000 * 2 * 2;

export interface CommandVoice {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** RFC 5646 tags: the command is told the one that is closest to what is asked. */
  readonly languages: readonly string[];
}

/**
 * A voice that is a command: the text on its standard input, in one line; WAV on its standard output.
 * It is told language and voice (0 to VOICES - 1) as CORA_LANGUAGE and CORA_VOICE, and where its
 * arguments say `{language}` and `{voice}`.
 */
export class CommandEngine implements SpeechEngine {
  readonly languages: readonly string[];
  readonly #argv: readonly string[];
  readonly #known: Languages;
  readonly #turns = new Turns({ atOnce: 2, mayWait: 50 });
  readonly #encoder = new ProcessQueue<{ wav: Uint8Array }, PackedSound>(ENCODER);
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor({ argv, languages }: CommandVoice) {
    this.#argv = argv;
    this.#known = new Languages(languages);
    this.languages = this.#known.base;
  }

  speaks(language: string): boolean {
    return this.#known.closest(language) !== undefined;
  }

  async say({ text, language, voice }: SpeechRequest): Promise<SpokenSound> {
    const closest = this.#known.closest(language);
    if (closest === undefined) throw new Error(`the command does not speak ${language}`);
    const line = new Speakable(text).text.trim();
    if (line === '') throw new Error('there is nothing to say');
    const wav = await this.#turns.take(() => this.#run(`${line}\n`, closest, String(voice)));
    const { packets } = await this.#encoder.ask({ wav }, ENCODING_MS);
    return { packets, words: [] };
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    await this.#encoder.close();
    await Promise.allSettled(this.#running);
  }

  async #run(input: string, language: string, voice: string): Promise<Uint8Array> {
    const run = runCommand({
      argv: this.#argv.map((part) =>
        part.replaceAll('{language}', language).replaceAll('{voice}', voice),
      ),
      environment: { CORA_LANGUAGE: language, CORA_VOICE: voice },
      input,
      limits: { bytes: MAX_BYTES, ms: COMMAND_MS },
      signal: this.#closing.signal,
    });
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }
}
