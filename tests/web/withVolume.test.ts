import { describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { withVolume, type PersonVolume } from '#web/state/withVolume.ts';

const chosen = (person: number, volume: number): PersonVolume => ({
  peerId: `peer-${String(person).padStart(4, '0')}` as PeerId,
  volume,
});

describe('how loud whom', () => {
  it('[PV1] is what was chosen last', () => {
    const volumes = [chosen(1, 0.5), chosen(2, 0.25), chosen(1, 0)].reduce(withVolume, []);
    expect(volumes).toEqual([chosen(2, 0.25), chosen(1, 0)]);
  });

  it('[PV2] is remembered of 200 people, those chosen last', () => {
    let volumes = Array.from({ length: 200 }, (_, person) => chosen(person, 0.5)).reduce(
      withVolume,
      [] as PersonVolume[],
    );
    expect(volumes).toHaveLength(200);
    volumes = [chosen(0, 0.1), chosen(999, 0.2)].reduce(withVolume, volumes);
    expect(volumes).toHaveLength(200);
    expect(volumes.slice(-2)).toEqual([chosen(0, 0.1), chosen(999, 0.2)]);
    expect(volumes[0]).toEqual(chosen(2, 0.5));
  });
});
