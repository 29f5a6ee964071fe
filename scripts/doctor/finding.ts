/** What is told, in both languages. */
export interface Words {
  readonly es: string;
  readonly en: string;
}

/** `warn` is something that may be as it should: it does not make the doctor fail. */
export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly level: Level;
  readonly words: Words;
}

const finding =
  (level: Level) =>
  (es: string, en: string): Finding => ({ level, words: { es, en } });

export const ok = finding('ok');
export const warn = finding('warn');
export const fail = finding('fail');

/** The first line of what went wrong: code and words, never an address or a secret of the settings. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return String(message ?? error).split('\n', 1)[0] ?? '';
}
