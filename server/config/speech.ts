import * as v from 'valibot';
import { list, text } from './values.ts';

// Who reads phrases aloud.

const EXAMPLE = 'piper --model voices/{language}.onnx --output_file -';

const WORD_LIST = /^(?:\s|[^\s"']|"[^"]*"|'[^']*')+$/;
const WORD = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;
const QUOTED = /"([^"]*)"|'([^']*)'/g;

/** Words between blanks; quotes, double or single, keep blanks in one. No shell ever reads it. */
const command = v.pipe(
  text(`write a command such as ${EXAMPLE}`),
  v.check((line) => WORD_LIST.test(line), 'a quote is not closed: close it, or leave it out'),
  v.transform((line) =>
    line.match(WORD)!.map((word) => word.replaceAll(QUOTED, (_, one = '', two = '') => one + two)),
  ),
  v.check(([program]) => program !== '', `begin it with a program: ${EXAMPLE}`),
);

const languages = v.pipe(
  list,
  v.nonEmpty('write the languages of your command, such as es,en'),
  v.maxLength(200, 'write at most 200'),
  v.everyItem(isLanguage, 'write languages as RFC 5646 has them, such as es-MX,en'),
);

export const SPEECH = {
  SPEECH: v.optional(
    v.picklist(['espeak', 'command', 'none'], 'write espeak, command or none'),
    'espeak',
  ),
  SPEECH_COMMAND: v.exactOptional(command),
  SPEECH_LANGUAGES: v.exactOptional(languages),
} as const;

type Environment = v.InferOutput<ReturnType<typeof v.object<typeof SPEECH>>>;

/** The embedded voice, a command, or nobody. */
export type Speech =
  | { readonly kind: 'espeak' | 'none' }
  | {
      readonly kind: 'command';
      /** Program and arguments. */
      readonly argv: readonly string[];
      /** RFC 5646 tags. */
      readonly languages: readonly string[];
    };

/** What is well formed alone and would not work together. */
export function speechProblems(env: Environment): string[] {
  if (env.SPEECH !== 'command') {
    return (['SPEECH_COMMAND', 'SPEECH_LANGUAGES'] as const)
      .filter((name) => env[name] !== undefined)
      .map(
        (name) => `${name}: it is used with SPEECH=command alone. Set that too, or leave it out.`,
      );
  }
  return env.SPEECH_COMMAND === undefined
    ? [`SPEECH_COMMAND: SPEECH=command needs one, such as ${EXAMPLE}.`]
    : [];
}

/** Expects settings without problems. */
export function toSpeech({ SPEECH, SPEECH_COMMAND, SPEECH_LANGUAGES }: Environment): Speech {
  if (SPEECH !== 'command') return { kind: SPEECH };
  return { kind: SPEECH, argv: SPEECH_COMMAND ?? [], languages: SPEECH_LANGUAGES ?? ['es', 'en'] };
}

function isLanguage(tag: string): boolean {
  try {
    return new Intl.Locale(tag).language !== undefined;
  } catch {
    return false;
  }
}
