import * as v from 'valibot';
import { PeerIdSchema } from './ids.ts';
import { plainText, shownText, splitGraphemes, toPlainText } from './text.ts';

export const PHRASE_MAX_GRAPHEMES = 280;
/**
 * UTF-16 code units: room for 280 emoji of two code points each, fewer of those that are longer. In
 * UTF-8, at three bytes a unit, they stay below PHRASE_MAX_BYTES.
 */
const PHRASE_MAX_UNITS = 1_120;
/** How many phrases a newcomer is given, and how many are asked for at a time. */
export const PHRASE_HISTORY = 200;
/** How many phrases of a room can still be asked for. */
export const PHRASE_LOG = 10_000;
/** Bytes. The largest message a client may send on its phrase channel. */
export const PHRASE_MAX_BYTES = 4_096;
/** Label of the data channels that carry phrases, both ways. */
export const PHRASE_CHANNEL_LABEL = 'phrases';

/** A language tag (RFC 5646) of a language and, at most, a region: `es`, `es-419`, `en-GB`. */
export const LanguageTagSchema = v.pipe(v.string(), v.regex(/^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$/));

const NAME_MAX_UNITS = 200;
/** As a person writes it. */
export const DisplayNameSchema = plainText(40, NAME_MAX_UNITS);
/** As the others are shown it. */
export const ShownNameSchema = shownText(NAME_MAX_UNITS);

/** Made by the client, so that its author knows the phrase again when it comes back. */
export const DraftIdSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,36}$/));

/** What a client sends: JSON text on its phrase channel. */
export const PhraseDraftSchema = v.strictObject({
  draftId: DraftIdSchema,
  text: plainText(PHRASE_MAX_GRAPHEMES, PHRASE_MAX_UNITS),
  language: LanguageTagSchema,
});
export type PhraseDraft = v.InferOutput<typeof PhraseDraftSchema>;

/**
 * How many letters a phrase has room for yet, by both of its limits: the empty one has for
 * PHRASE_MAX_GRAPHEMES. Below zero, how many characters at its end are too many.
 */
export function roomInPhrase(text: string): number {
  const characters = splitGraphemes(toPlainText(text));
  let units = 0;
  const fitting = characters.findIndex((character, index) => {
    units += character.length;
    return units > PHRASE_MAX_UNITS || index === PHRASE_MAX_GRAPHEMES;
  });
  if (fitting >= 0) return fitting - characters.length;
  return Math.min(PHRASE_MAX_GRAPHEMES - characters.length, PHRASE_MAX_UNITS - units);
}

/** What everybody gets, the author too: stamped by the server. JSON text on the room's phrase channel. */
export const PhraseSchema = v.strictObject({
  /** 1, 2, 3 ... in the order in which everyone gets them, without gaps. */
  seq: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER)),
  /** Milliseconds since 1970, by the server's clock. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  authorId: PeerIdSchema,
  authorName: ShownNameSchema,
  text: shownText(PHRASE_MAX_UNITS),
  language: LanguageTagSchema,
  draftId: DraftIdSchema,
});
export type Phrase = v.InferOutput<typeof PhraseSchema>;
