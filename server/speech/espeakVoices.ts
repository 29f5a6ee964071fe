import { VOICES } from '../domain/voices.ts';
import { Languages } from './languages.ts';

/** A voice as espeak-ng takes it. */
export interface EspeakVoice {
  /** Language and variant. */
  readonly name: string;
  /** 0 to 99; 50 is the variant's own. */
  readonly pitch: number;
}

/** Those for which espeak-ng's name of the voice is the language. Planned and invented ones are left out. */
const PLAIN =
  'af am an ar as az ba be bg bn bpy bs ca cs cy da de el eo et eu fa fi fo ga gd gn gu hak haw ' +
  'he hi hr ht hu hy hyw ia id is it ja ka kaa kk kl kn ko kok ku ky la lb lt ltg lv mi mk ml mr ms ' +
  'mt mto my nb ne nl nog om or pa pap pl qu quc ro ru sd shn si sk sl smj sq sr sv sw ta te th ti ' +
  'tk tn tr tt ug uk ur uz vi yue';

/** espeak-ng's voice by RFC 5646 tag: what is spoken without a region is what most people speak. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['es', 'es-419'],
  ['es-419', 'es-419'],
  ['es-ES', 'es'],
  ['en', 'en-us'],
  ['en-US', 'en-us'],
  ...['GB', 'AU', 'IE', 'IN', 'NZ', 'ZA'].map((region) => [`en-${region}`, 'en'] as const),
  ['en-029', 'en-029'],
  ['pt', 'pt-br'],
  ...['PT', 'AO', 'MZ'].map((region) => [`pt-${region}`, 'pt'] as const),
  ['fr', 'fr'],
  ['fr-BE', 'fr-be'],
  ['fr-CH', 'fr-ch'],
  ['zh', 'cmn'],
  ['zh-HK', 'yue'],
  ['zh-MO', 'yue'],
  ['no', 'nb'],
  ...PLAIN.split(' ').map((language) => [language, language] as const),
]);

export const ESPEAK_LANGUAGES = new Languages([...NAMES.keys()]);

/**
 * As different as the variants that sound like people allow, found by measuring: any two differ by
 * three semitones of pitch, 6 dB of spectrum or some of both. Neighbours differ most.
 */
const VARIANTS: readonly { readonly variant: string; readonly pitch: number }[] = [
  { variant: 'f5', pitch: 35 },
  { variant: 'adam', pitch: 55 },
  { variant: 'belinda', pitch: 40 },
  { variant: 'm2', pitch: 65 },
  { variant: 'linda', pitch: 70 },
  { variant: 'david', pitch: 55 },
  { variant: 'Annie', pitch: 55 },
  { variant: 'Lee', pitch: 75 },
  { variant: 'f1', pitch: 25 },
  { variant: 'm8', pitch: 65 },
  { variant: 'ed', pitch: 65 },
  { variant: 'john', pitch: 25 },
];

/**
 * @param voice one of VOICES, from 0
 * @returns undefined for a language that espeak-ng does not speak
 */
export function espeakVoice(language: string, voice: number): EspeakVoice | undefined {
  const tag = ESPEAK_LANGUAGES.closest(language);
  const chosen = VARIANTS[voice % VOICES];
  if (tag === undefined || !chosen) return undefined;
  return { name: `${NAMES.get(tag)}+${chosen.variant}`, pitch: chosen.pitch };
}
