import * as v from 'valibot';
import { LanguageTagSchema, PhraseDraftSchema } from './phrases.ts';
import { plainText, shownText } from './text.ts';

export const PHRASEBOOK_MAX_GROUPS = 30;
export const PHRASEBOOK_GROUP_MAX_PHRASES = 60;
/** In all groups together. */
export const PHRASEBOOK_MAX_PHRASES = 300;
export const PHRASEBOOK_NAME_MAX_GRAPHEMES = 40;
/** Of a phrasebook as JSON, in UTF-8: in a request and in a file. */
export const PHRASEBOOK_MAX_BYTES = 65_536;

const NAME_MAX_UNITS = 200;
const SHOWN_TEXT_MAX_UNITS = 1_120;

/** A group's name as a person writes it. */
export const PhraseGroupNameSchema = plainText(PHRASEBOOK_NAME_MAX_GRAPHEMES, NAME_MAX_UNITS);
/** Exactly what can be said: the text of a draft. */
export const PhraseTextSchema = PhraseDraftSchema.entries.text;

/** A phrase that is kept for saying it. */
export const SavedPhraseSchema = v.strictObject({
  text: PhraseTextSchema,
  language: LanguageTagSchema,
});
export type SavedPhrase = v.InferOutput<typeof SavedPhraseSchema>;

/**
 * Phrases for saying, in groups: what a file carries that was exported, and what a room may ship for
 * everybody in it (`PUT /api/rooms/:roomId/phrasebook`, for moderators).
 */
export const PhrasebookSchema = book(PhraseGroupNameSchema, SavedPhraseSchema);
export type Phrasebook = v.InferOutput<typeof PhrasebookSchema>;
export type PhraseGroup = Phrasebook['groups'][number];

/** The same once the server has normalised and counted it. */
const ShownPhrasebookSchema = book(
  shownText(NAME_MAX_UNITS),
  v.strictObject({ text: shownText(SHOWN_TEXT_MAX_UNITS), language: LanguageTagSchema }),
);

/** Answer of `GET /api/rooms/:roomId/phrasebook`; null where the room ships none. */
export const RoomPhrasebookSchema = v.strictObject({
  phrasebook: v.nullable(ShownPhrasebookSchema),
});
export type RoomPhrasebook = v.InferOutput<typeof RoomPhrasebookSchema>;

const countPhrases = (groups: readonly { phrases: readonly unknown[] }[]) =>
  groups.reduce((sum, { phrases }) => sum + phrases.length, 0);

function book(
  name: v.GenericSchema<string, string>,
  phrase: v.GenericSchema<SavedPhrase, SavedPhrase>,
) {
  const group = v.strictObject({
    name,
    phrases: v.pipe(v.array(phrase), v.maxLength(PHRASEBOOK_GROUP_MAX_PHRASES)),
  });
  return v.strictObject({
    version: v.literal(1),
    groups: v.pipe(
      v.array(group),
      v.maxLength(PHRASEBOOK_MAX_GROUPS),
      v.check(
        (groups) => countPhrases(groups) <= PHRASEBOOK_MAX_PHRASES,
        `at most ${PHRASEBOOK_MAX_PHRASES} phrases`,
      ),
    ),
  });
}
