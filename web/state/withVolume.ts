import type { PeerId } from '#protocol';

/** As many people are remembered; then the one whose volume was set longest ago is forgotten. */
const MAX_PEOPLE = 200;

export interface PersonVolume {
  readonly peerId: PeerId;
  /** 0 to 1. */
  readonly volume: number;
}

/** Those volumes with another one, the one set last at the end. */
export function withVolume(volumes: readonly PersonVolume[], chosen: PersonVolume): PersonVolume[] {
  const others = volumes.filter(({ peerId }) => peerId !== chosen.peerId);
  return [...others, chosen].slice(-MAX_PEOPLE);
}
