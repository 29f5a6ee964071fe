import type { Clock } from '../session/ports.ts';

/** Does something now, and again each time that so long has passed. Returns what ends that. */
export function every(clock: Clock, ms: number, act: () => void): () => void {
  let cancel = () => {};
  const again = () => {
    act();
    cancel = clock.after(ms, again);
  };
  again();
  return () => cancel();
}
