import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_WAITING_GUESTS } from '#protocol';
import { ROOM_ID, invitedAs } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

/** With a few who wait. */
const TOLD_MS = 280;

describe('the lobby', () => {
  let house: House;
  let mia: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator', { settings: { lobby: true } });
  });

  const knock = async (displayName = 'Ana', who = {}) => {
    const guest = house.visitor({ displayName, ...who });
    expect(await refusalFrom(guest.join())).toBe('WAITING');
    return guest;
  };
  const waiting = () => {
    house.clock.advance(TOLD_MS);
    const { change } = mia.channel.told('moderationChanged').at(-1) ?? {};
    return change?.waiting?.map(({ displayName }) => displayName);
  };
  const isAdmitted = ({ channel }: Visitor) => channel.told('admitted').length > 0;

  it('[LB1] is where newcomers wait, and can do nothing but leave', async () => {
    const ana = await knock();
    expect(ana.session.gateState).toBe('lobby');
    expect(house.registry.status(ROOM_ID).peerCount).toBe(1);
    expect(ana.channel.notifications).toEqual([]);
    await ana.request('leave', {});
    expect(waiting()).toEqual([]);
  });

  it('[LB2] shows moderators who waits, in order and together', async () => {
    const other = await house.enter('moderator');
    const speaker = await house.enter('speaker').catch(() => null);
    expect(speaker).toBeNull();
    mia.channel.forget();
    await knock('Ana');
    house.clock.advance(10);
    await knock('Beto');
    expect(mia.channel.notifications).toEqual([]);
    expect(waiting()?.slice(-2)).toEqual(['Ana', 'Beto']);
    expect(mia.channel.told('moderationChanged')).toHaveLength(1);
    const late = house.visitor({ role: 'moderator' });
    const { moderation } = await late.join();
    expect(moderation?.waiting.map(({ displayName }) => displayName).slice(-2)).toEqual([
      'Ana',
      'Beto',
    ]);
    expect(other.channel.told('moderationChanged').length).toBeGreaterThan(0);
  });

  it('[LB3] lets in whom a moderator lets in, who need not wait again', async () => {
    const ana = await knock();
    await mia.request('admit', { peerId: ana.peerId });
    expect(isAdmitted(ana)).toBe(true);
    expect((await ana.join()).you).toBe(ana.peerId);
    expect(waiting()).toEqual([]);
    await ana.request('leave', {});
    expect(await refusalFrom(house.visitor({ ...ana.session.identity }).join())).toBe('allowed');
    expect(await refusalFrom(mia.request('admit', { peerId: ana.peerId }))).toBe('NOT_FOUND');
  });

  it('[LB4] lets all in at once, and when it is closed for good', async () => {
    const first = [await knock('Ana'), await knock('Beto')];
    await mia.request('admitAll', {});
    expect(first.map(isAdmitted)).toEqual([true, true]);
    const carla = await knock('Carla');
    await mia.request('changeSettings', { lobby: false });
    expect(isAdmitted(carla)).toBe(true);
    expect(await refusalFrom(house.enter('speaker'))).toBe('allowed');
    await mia.request('changeSettings', { lobby: true });
    const dora = await knock('Dora');
    await mia.request('changeSettings', { lobby: false, locked: true });
    expect(isAdmitted(dora)).toBe(false);
  });

  it('[LB9] lets nobody in whose invitation has ended meanwhile', async () => {
    const ana = await knock();
    house.book.revoke(ROOM_ID, invitedAs('speaker'));
    await mia.request('admitAll', {});
    expect(await refusalFrom(ana.join())).toBe('INVITATION_REVOKED');
  });

  it('[LB10] keeps neither a recording nor what was said alive when everybody has left', async () => {
    await mia.request('startRecording', {});
    const ana = await knock();
    await mia.request('leave', {});
    house.clock.advance(5 * 60_000 - 1);
    expect(ana.channel.isClosed).toBe(false);
    house.clock.advance(1);
    expect(ana.channel.removedWith).toBe('SERVER_STOPPING');
    expect(house.registry.status(ROOM_ID)).toEqual({ peerCount: 0, recording: false });
  });

  it('[LB5] tells who is turned away', async () => {
    const ana = await knock();
    await mia.request('turnAway', { peerId: ana.peerId });
    expect([ana.channel.removedWith, ana.channel.isClosed]).toEqual(['TURNED_AWAY', true]);
    const again = () => refusalFrom(house.visitor({ ...ana.session.identity }).join());
    expect(await again()).toBe('TURNED_AWAY');
    expect(waiting()).toEqual([]);
  });

  it('[LB6] has the same person once, where they came last', async () => {
    const ana = await knock();
    const { since } = house.registry ? { since: house.clock.wallMs() } : { since: 0 };
    house.clock.advance(5_000);
    const tab = await knock('Ana', ana.session.identity);
    expect(ana.channel.removedWith).toBe('REPLACED');
    house.clock.advance(TOLD_MS);
    const { change } = mia.channel.told('moderationChanged').at(-1) ?? {};
    expect(change?.waiting).toMatchObject([{ peerId: tab.peerId, since }]);
    await mia.request('admit', { peerId: tab.peerId });
    expect([isAdmitted(ana), isAdmitted(tab)]).toEqual([false, true]);
  });

  it('[LB7] has an end', async () => {
    for (let guest = 0; guest < MAX_WAITING_GUESTS; guest += 1) await knock();
    expect(await refusalFrom(house.enter('speaker'))).toBe('ROOM_FULL');
  });

  it('[LB8] keeps the room open, which closes with the last of those who wait', async () => {
    const ana = await knock();
    await mia.request('leave', {});
    const later = house.visitor({ role: 'moderator' });
    await later.join();
    await later.request('admit', { peerId: ana.peerId });
    await ana.join();
    for (const visitor of [ana, later]) await visitor.request('leave', {});
    const closed = () => house.log.of('info').filter((line) => line === 'room closed').length;
    expect(closed()).toBe(1);
    const beto = await knock('Beto');
    beto.lose();
    expect(closed()).toBe(2);
  });
});
