import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConsumerId, PeerId } from '#protocol';
import { RemoteTracks } from '#web/client/remoteTracks.ts';

interface Sound {
  volume: number;
  dataset: { peerId?: string };
}

let sounds: Sound[];
beforeEach(() => {
  vi.useFakeTimers();
  sounds = [];
  const body = { append: (sound: Sound) => sounds.push(sound) };
  const createElement = () => ({
    ...{ volume: 1, dataset: {}, play: async () => {}, remove: () => {} },
  });
  vi.stubGlobal('document', { createElement, body });
  vi.stubGlobal('MediaStream', class {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('[VL1] plays each person at their own volume, of what all are played at, whenever they are heard', () => {
  const tracks = new RemoteTracks(() => {});
  const [ana, beto] = ['peer-ana1', 'peer-beto'] as PeerId[];
  const consumer = { track: {}, close: () => {} } as never;
  const add = (id: string, peerId: PeerId | null) =>
    tracks.add({ consumerId: id as ConsumerId, peerId }, consumer);
  const volumes = () => {
    vi.advanceTimersByTime(1_000);
    return sounds.map(({ volume }) => Math.round(volume * 1_000) / 1_000);
  };
  tracks.setVolumeOf(beto!, 0.5);
  add('1', ana!);
  add('2', beto!);
  add('3', null);
  expect(volumes()).toEqual([1, 0.5, 1]);
  tracks.setVolumes({ people: 0.25, voice: 0.8 });
  expect(volumes()).toEqual([0.25, 0.125, 0.8]);
  tracks.setVolumeOf(ana!, 0);
  expect(volumes()).toEqual([0, 0.125, 0.8]);
  // All was built anew.
  tracks.clear();
  add('4', beto!);
  tracks.setVolumes({ people: 1, voice: 1 });
  expect(volumes().at(-1)).toBe(0.5);
});
