import { beforeEach, describe, expect, it } from 'vitest';
import { House, type Visitor } from '#tests/support/house.ts';

const BATCH_MS = 100;

describe('the roster’s changes', () => {
  let house: House;
  let mia: Visitor;
  beforeEach(async () => {
    house = new House({ maxPeersPerRoom: 100, rosterBatchMs: BATCH_MS });
    mia = await house.enter('moderator');
    house.clock.advance(BATCH_MS);
    mia.channel.forget();
  });

  const told = () => mia.channel.told('rosterChanged');

  it('[RW1] are told together a tenth of a second after the first', async () => {
    const [ana, beto] = [await house.enter('speaker'), await house.enter('speaker')];
    await ana.request('raiseHand', {});
    house.clock.advance(BATCH_MS - 1);
    expect(told()).toEqual([]);
    house.clock.advance(1);
    expect(told()).toMatchObject([
      {
        ...{ since: 2, revision: 5, left: [], changed: [] },
        joined: [
          { peerId: ana.peerId, hand: { number: 1 } },
          { peerId: beto.peerId, displayName: 'Ana', role: 'speaker' },
        ],
      },
    ]);
    await ana.request('lowerHand', {});
    house.clock.advance(BATCH_MS);
    expect(told()[1]).toMatchObject({ since: 5, revision: 6 });
  });

  it('[RW2] come before what is numbered after them', async () => {
    await house.enter('speaker');
    await mia.request('changeSettings', { roomName: 'Ensayo' });
    expect(mia.channel.notifications).toMatchObject([
      { name: 'rosterChanged', body: { since: 2, revision: 3 } },
      { name: 'settingsChanged', body: { revision: 4 } },
    ]);
  });

  it('[RW3] speak of nobody who came and went, and twice of who left and came again', async () => {
    const ana = await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    const beto = await house.enter('speaker');
    await beto.request('leave', {});
    await ana.request('leave', {});
    const back = house.visitor({ ...ana.session.identity });
    await back.join();
    house.clock.advance(BATCH_MS);
    const { left, joined, since, revision } = told().at(-1) ?? {};
    expect([left, joined?.map(({ peerId }) => peerId)]).toEqual([[ana.peerId], [ana.peerId]]);
    expect(Number(revision) - Number(since)).toBe(4);
  });

  it('[RW4] say what is different and nothing else', async () => {
    const ana = await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    await ana.speak();
    await ana.request('setMuted', { muted: true });
    await ana.request('raiseHand', {});
    await ana.request('lowerHand', {});
    house.clock.advance(BATCH_MS);
    expect(told().at(-1)?.changed).toEqual([{ peerId: ana.peerId, microphone: 'muted' }]);
  });

  it('[RW5] are not told to who has a snapshot of after them', async () => {
    const ana = await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    expect(told()).toHaveLength(1);
    expect(ana.channel.told('rosterChanged')).toEqual([]);
  });
});
