// When a lobby tests by itself: with a class that opens its link at once in mind, of which a server
// takes four at a time.

/** A page first shows itself and its microphone. */
const QUIET_MS = 1_000;
const SPREAD_MS = 2_000;
/** Where the server does not say when. */
const RETRY_MS = 3_000;
/** A server that is busy is asked so often: half a minute, after which most have gone in. */
export const ATTEMPTS = 8;

/** @param random 0 to 1, another each time */
export const beginAfterMs = (random: number) => QUIET_MS + random * SPREAD_MS;

/** @param retryAfterMs what the server said */
export const askAgainAfterMs = (retryAfterMs: number | undefined, random: number) =>
  (retryAfterMs ?? RETRY_MS) * (1 + random);
