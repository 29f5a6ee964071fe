import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Tone } from '#tests/support/tone.ts';

const noRecorder = { start: () => Promise.reject(new Error('not here')) };

describe('a room on a real worker', () => {
  let house: MediaHouse;
  beforeEach(async () => {
    house = await MediaHouse.open(noRecorder);
  });
  afterEach(() => house.close());

  it('[MD1] carries each microphone to everybody else, and only that', async () => {
    const [low, high] = [Tone.playing(440), Tone.playing(1_000)];
    const ana = await house.enter('moderator', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    const carla = await house.enter('audience', 'Carla');
    await ana.send(low);
    await beto.send(high);

    await ana.until(() => (ana.heard.get(beto.peerId)?.shareOf(1_000) ?? 0) > 0.8);
    await beto.until(() => (beto.heard.get(ana.peerId)?.shareOf(440) ?? 0) > 0.8);
    await carla.until(
      () =>
        (carla.heard.get(ana.peerId)?.shareOf(440) ?? 0) > 0.8 &&
        (carla.heard.get(beto.peerId)?.shareOf(1_000) ?? 0) > 0.8,
    );
    expect(ana.heard.has(ana.peerId)).toBe(false);
    expect(ana.heard.get(beto.peerId)?.shareOf(440)).toBeLessThan(0.05);
    low.close();
    high.close();
  });
});
