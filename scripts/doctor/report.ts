import type { Finding, Level, Words } from './finding.ts';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

const LABELS: Readonly<Record<Level, Words & { readonly colour: number }>> = {
  ok: { es: 'bien', en: 'ok', colour: 32 },
  warn: { es: 'ojo', en: 'note', colour: 33 },
  fail: { es: 'mal', en: 'bad', colour: 31 },
};
const LABEL_WIDTH = 6;
const NAME_WIDTH = 18;

/** Writes a line a finding, in the language of the environment, in colour where a person reads it. */
export class Report {
  readonly #language: keyof Words;
  readonly #hasColour: boolean;
  readonly #output: Output;

  constructor(environment: Readonly<Record<string, string | undefined>>, output: Output) {
    const { LC_ALL, LC_MESSAGES, LANG, NO_COLOR } = environment;
    // In the order of POSIX (XBD 8.2), where an empty one does not count.
    this.#language = (LC_ALL || LC_MESSAGES || LANG || '').startsWith('es') ? 'es' : 'en';
    this.#hasColour = output.isTTY === true && !NO_COLOR;
    this.#output = output;
  }

  say(words: Words): void {
    this.#output.write(`${words[this.#language]}\n`);
  }

  line(name: Words, { level, words }: Finding): void {
    const label = LABELS[level];
    const padded = label[this.#language].padEnd(LABEL_WIDTH);
    const shown = this.#hasColour ? `\x1b[${label.colour}m${padded}\x1b[0m` : padded;
    this.say({
      es: `${shown}${name.es.padEnd(NAME_WIDTH)}${words.es}`,
      en: `${shown}${name.en.padEnd(NAME_WIDTH)}${words.en}`,
    });
  }
}
