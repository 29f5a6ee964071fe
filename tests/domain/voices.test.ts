import { describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { VOICES, Voices } from '#server/domain/voices.ts';

const author = (name: string) => ({ peerId: `peer-${name}` as PeerId, displayName: name });
const NAMES = ['Ana', 'Beto', 'Carla', 'Dora', 'Elías', 'Fabi', 'Gael', 'Hugo', 'Inés', 'Juan'];

describe('the voices of authors', () => {
  it('[VC1] stay theirs for the visit, and with their name for another day', () => {
    const [today, tomorrow] = [new Voices(), new Voices()];
    const voice = today.of(author('Ana'));
    expect(today.of(author('Ana'))).toBe(voice);
    expect(tomorrow.of({ peerId: 'peer-other' as PeerId, displayName: 'ANA' })).toBe(voice);
  });

  it('[VC2] are different ones while there are enough', () => {
    const voices = new Voices();
    const given = NAMES.map((name) => voices.of(author(name)));
    expect(new Set(given).size).toBe(NAMES.length);
    for (const voice of given) {
      expect(voice).toBeGreaterThanOrEqual(0);
      expect(voice).toBeLessThan(VOICES);
    }
  });

  it('[VC3] are shared where there are more authors than voices', () => {
    const voices = new Voices();
    const given = Array.from({ length: 40 }, (_, index) => voices.of(author(`n${index}`)));
    expect(new Set(given).size).toBe(VOICES);
    expect(given.every((voice) => Number.isInteger(voice) && voice < VOICES)).toBe(true);
  });
});
