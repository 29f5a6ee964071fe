import type { SavedPhrase } from '#protocol';
import { shippedFor, type PartOfDay, type ShippedPhrasebook } from '#web/phrasebook/shipped.ts';
import { frequentTexts, type PhraseUse } from './phraseUses.ts';
import { fold } from './search.ts';

/** After this, what was said calls for no answer any more. */
const FRESH_MS = 180_000;

export interface SaidPhrase extends SavedPhrase {
  readonly mine: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Situation {
  readonly language: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The local hour, 0 to 23. */
  readonly hour: number;
  /** What was said in the room, oldest first. */
  readonly said: readonly SaidPhrase[];
  readonly uses: readonly PhraseUse[];
  /** What was proposed already, the latest last. */
  readonly proposed: readonly string[];
}

/**
 * A phrase that fits the moment, out of the phrasebook: an answer to what somebody else just said, a
 * greeting where one has not greeted yet, else what one says most. The same is never proposed twice
 * in a row, and none twice before all that fit were.
 */
export function phraseIdea(situation: Situation): SavedPhrase {
  const { proposed } = situation;
  const book = shippedFor(situation.language);
  const candidates = [...new Set(fitting(book, situation))];
  const last = proposed.at(-1);
  // The one that was proposed longest ago, or never; a candidate comes before one that fits less.
  const [text = book.greetings.morning] = candidates
    .filter((candidate) => candidate !== last || candidates.length === 1)
    .toSorted((one, other) => proposed.lastIndexOf(one) - proposed.lastIndexOf(other));
  return { text, language: book.language };
}

/** The hour on this machine's clock, 0 to 23. @param now milliseconds since 1970 */
export function localHour(now: number): number {
  return new Date(now).getHours();
}

export function partOfDay({ hours }: ShippedPhrasebook, hour: number): PartOfDay {
  if (hour >= hours.night || hour < hours.morning) return 'night';
  return hour >= hours.afternoon ? 'afternoon' : 'morning';
}

function fitting(book: ShippedPhrasebook, situation: Situation): string[] {
  const { said, uses, hour } = situation;
  const greeting = book.greetings[partOfDay(book, hour)];
  const mine = said.filter((phrase) => phrase.mine);
  const cue = cueOf(situation);
  const answers = cue ? book.answers[cue] : [];
  const hasGreeted = mine.length > 0;
  const untold = (text: string) => mine.at(-1)?.text !== text;
  return [
    ...(cue === 'greeted' && !hasGreeted ? [greeting] : []),
    ...answers,
    ...(hasGreeted ? [] : [greeting, ...book.answers.greeted]),
    ...frequentTexts(uses, book.language),
    ...book.groups.flatMap(({ phrases }) => phrases),
  ].filter(untold);
}

/** What the last phrase of the room calls for, when somebody else said it and not long ago. */
function cueOf({ said, now }: Situation) {
  const last = said.at(-1);
  if (!last || last.mine || now - last.at > FRESH_MS) return null;
  const text = fold(last.text);
  return shippedFor(last.language).cues.find(({ pattern }) => pattern.test(text))?.cue ?? null;
}
