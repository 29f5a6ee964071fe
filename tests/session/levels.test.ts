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
  const told = ({ channel }: Visitor) =>
    channel.told('activeSpeakerChanged').map(({ peerId }) => peerId);

  it('[LV1] name who leads the talk, to everyone', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -31.6]);
    expect(told(beto)).toEqual([ana.peerId]);
    expect(told(ana)).toEqual(told(beto));
  });

  it('[LV2] tell it only on change', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear();
    for (const dBov of [-30, -20, -10]) hear([microphone, dBov]);
    hear();
    hear();
    house.clock.advance(1_000);
    hear();
    house.clock.advance(1_000);
    expect(told(beto)).toEqual([ana.peerId, null]);
  });

  it('[LV3] name nobody as the active speaker of a silent room', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -30]);
    hear();
    house.clock.advance(1_000);
    expect(told(beto)).toEqual([ana.peerId, null]);
  });

  it('[LV8] take no breath for the end of a talk', () => {
    house.engine.room.events.dominantSpeaker(microphone);
    for (let breath = 0; breath < 3; breath += 1) {
      hear([microphone, -30]);
      hear();
      house.clock.advance(999);
    }
    expect(told(beto)).toEqual([ana.peerId]);
  });

  it('[LV4] forget who has left', async () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -30]);
    await ana.request('leave', {});
    hear([microphone, -30]);
    expect(told(beto).at(-1)).toBeNull();
  });

  it('[LV5] leave out what belongs to nobody in the room', () => {
    const unknown = mediaId<ProducerId>();
    house.engine.room.events.dominantSpeaker(unknown);
    hear([unknown, -10], [microphone, -20]);
    expect(told(beto)).toEqual([]);
  });

  it('[LV6] tell it also to who came while nothing changed', async () => {
    house.engine.room.events.dominantSpeaker(microphone);
    hear([microphone, -30]);
    const carla = await house.enter('audience');
    hear([microphone, -30]);
    expect(told(carla)).toEqual([ana.peerId]);
    expect(told(beto)).toEqual([ana.peerId]);
  });

  it('[LV7] tell it to who comes back, though nothing changed meanwhile', async () => {
    house.engine.room.events.dominantSpeaker(microphone);
    beto.lose();
    hear([microphone, -30]);
    const back = house.comeBack(beto)!;
    await back.join();
    hear([microphone, -30]);
    hear([microphone, -30]);
    expect(told(back)).toEqual([ana.peerId]);
    expect(told(ana)).toEqual([ana.peerId]);
  });
});
