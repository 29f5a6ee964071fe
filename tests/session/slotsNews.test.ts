import { beforeEach, describe, expect, it } from 'vitest';
import { rtpParameters } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';

const SLOTS_MS = 200;

describe('who is in the slots of the stage', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator', { displayName: 'Mia' });
    ana = await house.enter('speaker', { displayName: 'Ana' });
    beto = await house.enter('audience', { displayName: 'Beto' });
    await mia.speak();
    await ana.speak();
  });

  it('[SZ1] is told by slot, to who only listens and on change', async () => {
    const microphone = ana.session.seat.producerId;
    house.engine.room.events.slotsChanged([null, microphone, null]);
    house.engine.room.events.slotsChanged([null, microphone, null]);
    expect(beto.channel.told('slotsChanged')).toEqual([{ slots: [null, ana.peerId, null] }]);
    expect(ana.channel.told('slotsChanged')).toEqual([]);
    const { slots } = await house.visitor({ role: 'audience' }).join();
    expect(slots).toEqual([null, ana.peerId, null]);
  });

  it('[SZ2] is told by slot to who leaves the stage', async () => {
    house.engine.room.events.slotsChanged([mia.session.seat.producerId]);
    await mia.request('setRole', { peerId: ana.peerId, role: 'audience' });
    expect(ana.channel.told('slotsChanged')).toEqual([{ slots: [mia.peerId] }]);
  });

  it('[SZ3] is nobody’s where a microphone is gone, and where a worker died', async () => {
    const holders = [ana, mia].map(({ session }) => session.seat.producerId);
    house.engine.room.events.slotsChanged(holders);
    house.clock.advance(SLOTS_MS);
    await ana.request('stopProducing', {});
    expect(beto.channel.told('slotsChanged').at(-1)).toEqual({ slots: [null, mia.peerId] });
    house.clock.advance(SLOTS_MS);
    // It may be in a slot before anybody knows whose it is.
    const producerId = await produceAsHeard(ana);
    expect(producerId).toBe(ana.session.seat.producerId);
    house.clock.advance(SLOTS_MS);
    expect(beto.channel.told('slotsChanged').at(-1)).toEqual({ slots: [ana.peerId] });
    house.clock.advance(SLOTS_MS);
    house.engine.room.events.died();
    expect(beto.channel.told('slotsChanged').at(-1)).toEqual({ slots: [] });
  });

  it('[SZ4] is told at once and then five times a second, the last of it always', () => {
    const [one, other] = [mia, ana].map(({ session }) => session.seat.producerId);
    const { events } = house.engine.room;
    for (let second = 0; second < 10; second += 1) {
      for (let change = 0; change < 10; change += 1) {
        events.slotsChanged([change % 2 === 0 ? one! : other!]);
        house.clock.advance(100);
      }
    }
    house.clock.advance(SLOTS_MS);
    const told = beto.channel.told('slotsChanged');
    expect(told.length).toBeLessThanOrEqual(51);
    expect(told[0]).toEqual({ slots: [mia.peerId] });
    expect(told.at(-1)).toEqual({ slots: [ana.peerId] });
    events.slotsChanged([null]);
    expect(beto.channel.told('slotsChanged').at(-1)).toEqual({ slots: [null] });
  });

  async function produceAsHeard(visitor: Visitor) {
    const { media } = visitor;
    const produce = media.produce.bind(media);
    media.produce = async () => {
      const producerId = await produce();
      house.engine.room.events.slotsChanged([producerId]);
      return producerId;
    };
    const asked = { rtpParameters: rtpParameters(), muted: false };
    return (await visitor.request('produce', asked)).producerId;
  }
});
