import { beforeEach, describe, expect, it } from 'vitest';
import { invitedAs } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';

const GRACE_MS = 30_000;

describe('who holds a room', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator');
    ana = await house.enter('speaker');
  });

  const host = () => {
    const changes = ana.channel.told('hostChanged');
    return changes.length === 0 ? mia.peerId : changes.at(-1)?.host;
  };
  const again = async (visitor: Visitor) => {
    const back = house.visitor({ ...visitor.session.identity });
    return { back, snapshot: await back.join() };
  };

  it('[HO1] is the first moderator, and whom they hand it to', async () => {
    const { snapshot } = await again(ana);
    expect(snapshot.host).toBe(mia.peerId);
    const beto = await house.enter('audience');
    await mia.request('handOver', { peerId: beto.peerId });
    expect([mia, beto].map(({ session }) => session.gateState)).toEqual(['moderator', 'moderator']);
    expect((await again(mia)).snapshot.host).toBe(beto.peerId);
  });

  it('[HO2] is the moderator who has been here longest, 30 s after it has gone', async () => {
    const [beto] = [await house.enter('moderator'), await house.enter('moderator')];
    mia.lose();
    house.clock.advance(GRACE_MS - 1);
    expect(host()).toBe(mia.peerId);
    house.clock.advance(1);
    expect(host()).toBe(beto.peerId);
    // Two who go together: nobody who is away holds it.
    await beto.request('leave', {});
    house.clock.advance(GRACE_MS);
    expect(host()).not.toBeNull();
    expect(host()).not.toBe(beto.peerId);
  });

  it('[HO3] is who was so before, when they are back in time', async () => {
    const beto = await house.enter('moderator');
    mia.lose();
    house.clock.advance(25_000);
    const { back } = await again(mia);
    house.clock.advance(2 * GRACE_MS);
    expect(host()).toBe(mia.peerId);
    // The next absence begins anew.
    back.lose();
    house.clock.advance(GRACE_MS);
    expect(host()).toBe(beto.peerId);
  });

  it('[HO4] is nobody where no other moderates, until one comes, with all rights; a recording goes on', async () => {
    const { recordingId } = await mia.request('startRecording', {});
    await mia.request('leave', {});
    house.clock.advance(2 * GRACE_MS);
    expect(host()).toBeNull();
    expect(ana.session.gateState).toBe('speaker');
    expect(ana.channel.told('recordingStopped')).toEqual([]);
    const { back, snapshot } = await again(mia);
    expect(snapshot).toMatchObject({ host: mia.peerId, recording: { recordingId } });
    await back.request('setRole', { peerId: ana.peerId, role: 'audience' });
    expect(ana.session.gateState).toBe('audience');
  });

  it('[HO6] is nobody who comes in anew to listen, and a moderator who is back where there is none', async () => {
    const beto = await house.enter('moderator');
    const { identity } = mia.session;
    const listener = house.visitor({
      ...identity,
      ...{ role: 'audience', invitationId: invitedAs('audience') },
    });
    await listener.join();
    expect(host()).toBe(beto.peerId);
    beto.lose();
    const carla = await house.enter('moderator');
    await carla.request('leave', {});
    house.clock.advance(15_000);
    const back = house.comeBack(beto);
    await back?.join();
    expect(host()).toBe(beto.peerId);
  });

  it('[HO5] is another at once when they are demoted or taken out', async () => {
    const [beto, carla] = [await house.enter('moderator'), await house.enter('moderator')];
    await carla.request('setRole', { peerId: mia.peerId, role: 'speaker' });
    expect(host()).toBe(beto.peerId);
    await carla.request('kick', { peerId: beto.peerId });
    expect(host()).toBe(carla.peerId);
  });
});
