import { speaksLanguage, type PeerId, type Phrase, type UnspokenReason } from '#protocol';
import type { RoomState } from '#web/client/roomState.ts';

/** What a person wants to hear, and what their browser can say. */
export interface Hearing {
  readonly aloud: boolean;
  readonly silenced: { has(author: PeerId): boolean };
  readonly browserSpeaks: (language: string) => boolean;
}

/** Whether a voice says this phrase here: the room's or, where that has none or is not heard, the browser's. */
export function isHeard(
  { authorId, language }: Phrase,
  { voices, soundLost, playbackBlocked }: RoomState,
  { aloud, silenced, browserSpeaks }: Hearing,
): boolean {
  if (!aloud || silenced.has(authorId)) return false;
  if (soundLost || !speaksLanguage(voices, language)) return browserSpeaks(language);
  return !playbackBlocked;
}

/**
 * The phrases that came between two states and that no voice says here. The others are not for the
 * live region: two voices at once are understood by nobody.
 */
export function toBeRead(before: RoomState, now: RoomState, hearing: Hearing): Phrase[] {
  if (before.phrases === now.phrases) return [];
  const last = before.phrases.at(-1)?.seq ?? 0;
  return now.phrases.filter((phrase) => phrase.seq > last && !isHeard(phrase, now, hearing));
}

/** One's own phrases of which one learned between two states that they were not spoken. */
export function newlyUnspoken(before: RoomState, now: RoomState): Unspoken[] {
  if (before.unspoken === now.unspoken && before.phrases === now.phrases) return [];
  const known = new Set(unspokenOf(before).map(({ phrase }) => phrase.seq));
  return unspokenOf(now).filter(({ phrase }) => !known.has(phrase.seq));
}

interface Unspoken {
  readonly phrase: Phrase;
  readonly reason: UnspokenReason;
}

/** The socket may be quicker than the channel: a phrase that is not here yet is told of when it is. */
function unspokenOf({ unspoken, phrases }: RoomState): Unspoken[] {
  return Object.entries(unspoken).flatMap(([seq, reason]) => {
    const phrase = phrases.findLast((it) => it.seq === Number(seq));
    return phrase ? [{ phrase, reason }] : [];
  });
}
