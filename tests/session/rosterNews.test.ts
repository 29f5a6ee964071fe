import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { House, type Visitor } from '#tests/support/house.ts';

const BATCH_MS = 100;
const byId = (a: { peerId: string }, b: { peerId: string }) => a.peerId.localeCompare(b.peerId);

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

  it('[RW3] say of who came and went that they left, and twice of who left and came again', async () => {
    const ana = await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    const beto = await house.enter('speaker');
    await beto.request('leave', {});
    await ana.request('leave', {});
    const back = house.visitor({ ...ana.session.identity });
    await back.join();
    house.clock.advance(BATCH_MS);
    const { left, joined, since, revision } = told().at(-1) ?? {};
    expect(left?.toSorted()).toEqual([ana.peerId, beto.peerId].toSorted());
    expect(joined?.map(({ peerId }) => peerId)).toEqual([ana.peerId]);
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
    expect(told().at(-1)?.changed).toEqual([
      { peerId: ana.peerId, microphone: 'muted', hand: null },
    ]);
  });

  it('[RW6] are right for who has a snapshot of the midst of them', async () => {
    const [ana, beto] = [await house.enter('speaker'), await house.enter('speaker')];
    await beto.request('raiseHand', {});
    const carla = house.visitor();
    const { peers } = await carla.join();
    await ana.request('leave', {});
    await beto.request('lowerHand', {});
    house.clock.advance(BATCH_MS);
    const [batch] = carla.channel.told('rosterChanged');
    expect(batch?.left).toEqual([ana.peerId]);
    const seen = new Map(peers.map((peer) => [peer.peerId, peer]));
    for (const peerId of batch?.left ?? []) seen.delete(peerId as PeerId);
    for (const change of batch?.changed ?? []) {
      const before = seen.get(change.peerId as PeerId);
      if (before) seen.set(before.peerId, { ...before, ...change } as typeof before);
    }
    for (const peer of carla.channel.roster.joined) seen.set(peer.peerId, peer);
    const { peers: now } = await house.visitor().join();
    const others = now.filter(({ peerId }) => seen.has(peerId));
    expect([...seen.values()].toSorted(byId)).toEqual(others.toSorted(byId));
    expect(seen.size).toBe(3);
  });

  it('[RW5] are not told to who has a snapshot of after them', async () => {
    const ana = await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    expect(told()).toHaveLength(1);
    expect(ana.channel.told('rosterChanged')).toEqual([]);
  });
});
