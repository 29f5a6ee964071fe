/** Drift below this cannot be heard between two voices. */
const TOLERATED_SECONDS = 0.03;
const SETTLED_SECONDS = 0.01;
/** Beyond this a nudge would take too long, so the track jumps. */
const SEEK_SECONDS = 0.2;
/** How much faster or slower a track runs to catch up: not audible as a change of pitch. */
const NUDGE = 0.04;

export type Correction =
  { readonly kind: 'none' } | { readonly kind: 'seek' } | { readonly kind: 'rate'; rate: number };

/**
 * What brings a track back to the clock.
 * @param driftSeconds how far the track is ahead
 * @param nudged whether it is being nudged already
 */
export function correctionFor(driftSeconds: number, rate: number, nudged: boolean): Correction {
  const size = Math.abs(driftSeconds);
  if (size > SEEK_SECONDS) return { kind: 'seek' };
  if (size > TOLERATED_SECONDS || (nudged && size > SETTLED_SECONDS)) {
    return { kind: 'rate', rate: rate * (1 - Math.sign(driftSeconds) * NUDGE) };
  }
  return nudged ? { kind: 'rate', rate } : { kind: 'none' };
}

/** Below this a change of voices is not noticed as a step back or forth in what is said. */
const TAKEOVER_SECONDS = 0.08;

/**
 * Whether sounds that were started behind others may now be heard in their place.
 * @param driftsSeconds how far each is ahead of the clock; null while it cannot play
 */
export function mayTakeOver(driftsSeconds: readonly (number | null)[]): boolean {
  return driftsSeconds.every((drift) => drift !== null && Math.abs(drift) < TAKEOVER_SECONDS);
}
