const QUIETEST_DB = -60;

/** How loud something looks: an amplitude from 0 to 1 as its place between -60 dBFS and 0 dBFS. */
export function visibleLevel(amplitude: number): number {
  if (!(amplitude > 0)) return 0;
  const decibels = 20 * Math.log10(amplitude);
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}
