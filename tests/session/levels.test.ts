import { beforeEach, describe, expect, it } from 'vitest';
import type { ProducerId } from '#protocol';
import { mediaId } from '#tests/support/fakeMedia.ts';
import { House, type Visitor } from '#tests/support/house.ts';

describe('levels', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  let microphone: ProducerId;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('speaker');
    beto = await house.enter('audience');
    microphone = await ana.speak();
  });

  const hear = (...loud: [ProducerId, number][]) =>
    house.engine.room.events.levels(loud.map(([producerId, dBov]) => ({ producerId, dBov })));
  const told = () => beto.channel.told('levelsChanged');

  it('[LV1] are told by person, whole and in range, to everyone', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -31.6]);
    hear([microphone, 3]);
    hear([microphone, -200]);
    expect(told()).toEqual(
      [-32, 0, -127].map((dBov) => ({
        levels: [{ peerId: ana.peerId, dBov }],
        activeSpeaker: ana.peerId,
      })),
    );
    expect(ana.channel.told('levelsChanged')).toEqual(told());
  });

  it('[LV2] are told only on change', () => {
    hear();
    hear([microphone, -30]);
    hear([microphone, -30.4]);
    hear([microphone, -30]);
    hear();
    hear();
    expect(told().map(({ levels }) => levels.length)).toEqual([1, 0]);
  });

  it('[LV3] name nobody as the active speaker of a silent room', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -30]);
    hear();
    expect(told().map(({ activeSpeaker }) => activeSpeaker)).toEqual([ana.peerId, null]);
  });

  it('[LV4] forget who has left', async () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -30]);
    await ana.request('leave', {});
    hear([microphone, -30]);
    expect(told().at(-1)).toEqual({ levels: [], activeSpeaker: null });
  });

  it('[LV5] leave out what belongs to nobody in the room', () => {
    const unknown = mediaId<ProducerId>();
    house.engine.room.events.dominantSpeaker(unknown);
    hear([unknown, -10], [microphone, -20]);
    expect(told()).toEqual([{ levels: [{ peerId: ana.peerId, dBov: -20 }], activeSpeaker: null }]);
  });
});
