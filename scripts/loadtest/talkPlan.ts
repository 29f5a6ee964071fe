/** How long somebody speaks, and how many milliseconds the next one waits less for their turn. */
const TURN_MS = 5_000;
/** Between two sentences. */
const PAUSE_EVERY_MS = 2_300;
const PAUSE_MS = 400;

/**
 * Whether it is a speaker's turn: `talking` of them at once, one after the other, with pauses like those
 * between sentences.
 */
export function isTalking(options: {
  speaker: number;
  speakers: number;
  talking: number;
  /** Since the test began. */
  atMs: number;
}): boolean {
  const { speaker, speakers, talking, atMs } = options;
  // Turns of those who speak at once begin one after the other.
  const first = Math.floor((atMs * talking) / TURN_MS);
  const place = (((speaker - first) % speakers) + speakers) % speakers;
  const isTheirTurn = place === 0 || place > speakers - talking;
  const inSentenceMs = (atMs + speaker * 700) % PAUSE_EVERY_MS;
  return isTheirTurn && inSentenceMs < PAUSE_EVERY_MS - PAUSE_MS;
}
