import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, RoomId } from '#protocol';
import { ROOM_ID } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

describe('RoomRegistry', () => {
  let house: House;
  beforeEach(() => {
    house = new House();
  });

  it('[OP1] opens one room for all who join together', async () => {
    house.engine.opening.hold();
    const visitors = Array.from({ length: 8 }, () => house.visitor());
    const joins = Promise.all(visitors.map((visitor) => visitor.request('join', {})));
    house.engine.opening.open();
    const snapshots = await joins;
    expect(house.engine.opened).toBe(1);
    expect(snapshots.map(({ peers }) => peers.length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(house.registry.status(ROOM_ID)).toEqual({ peerCount: 8, recording: false });
  });

  it('[OP2] keeps rooms apart', async () => {
    const ana = await house.enter('speaker');
    const beto = await house.enter('speaker', { roomId: 'room-0000002' as RoomId });
    expect(house.engine.opened).toBe(2);
    expect(ana.channel.roster.joined).toEqual([]);
    beto.say({ draftId: 'b1', text: 'Hola', language: 'es' });
    expect(house.engine.rooms.map(({ phrases }) => phrases.length)).toEqual([0, 1]);
  });

  it('[OP3] closes a room when the last one leaves, and opens a new one for the next', async () => {
    const ana = await house.enter('speaker');
    const beto = await house.enter('speaker');
    await ana.request('leave', {});
    expect(house.engine.room.isClosed).toBe(false);
    await beto.request('leave', {});
    expect(house.engine.room.isClosed).toBe(true);
    expect(house.registry.status(ROOM_ID).peerCount).toBe(0);

    const carla = await house.visitor().request('join', {});
    expect(house.engine.opened).toBe(2);
    expect(carla).toMatchObject({ revision: 1, phrases: [] });
  });

  it('[OP4] seats whoever joins while the room closes in a room that is open', async () => {
    const ana = await house.enter('speaker');
    const beto = house.visitor();
    const joining = beto.request('join', {});
    ana.session.leave();
    const snapshot = await joining;
    expect(snapshot.peers.map(({ peerId }) => peerId)).toEqual([beto.peerId]);
    expect(house.engine.rooms.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(house.registry.status(ROOM_ID).peerCount).toBe(1);
  });

  it('[OP5] closes a room that nobody reached', async () => {
    house.engine.opening.hold();
    const ana = house.visitor();
    const joining = ana.request('join', {});
    ana.session.leave();
    house.engine.opening.open();
    expect(await refusalFrom(joining)).toBe('WRONG_STATE');
    expect(house.engine.room.isClosed).toBe(true);
    expect(house.registry.status(ROOM_ID).peerCount).toBe(0);
  });

  it('[OP6] takes nobody in once the server stops, and tells those who are in', async () => {
    const ana = await house.enter('speaker');
    await house.registry.close();
    expect(ana.channel.removedWith).toBe('SERVER_STOPPING');
    expect(ana.channel.isClosed).toBe(true);
    expect(house.engine.room.isClosed).toBe(true);
    expect(await refusalFrom(house.visitor().request('join', {}))).toBe('SERVER_STOPPING');
  });

  it('[OP7] ends a room that was opening while the server stopped', async () => {
    house.engine.opening.hold();
    const ana = house.visitor();
    const joining = refusalFrom(ana.request('join', {}));
    const closing = house.registry.close();
    house.engine.opening.open();
    await closing;
    const outcome = await joining;
    expect(ana.channel.removedWith ?? outcome).toBe('SERVER_STOPPING');
    expect(house.engine.room.isClosed).toBe(true);
    expect(house.registry.status(ROOM_ID).peerCount).toBe(0);
  });

  it('[OP8] lets a join be tried again after the room could not be opened', async () => {
    house.engine.failsToOpen = true;
    const ana = house.visitor();
    await expect(ana.request('join', {})).rejects.toThrow('no worker');
    house.engine.failsToOpen = false;
    expect((await ana.request('join', {})).you).toBe(ana.peerId);
  });

  it('[OP9] says ROOM_FULL to the one too many, who may try again', async () => {
    house = new House({ maxPeersPerRoom: 2 });
    const ana = await house.enter('speaker');
    await house.enter('speaker');
    const carla = house.visitor();
    expect(await refusalFrom(carla.request('join', {}))).toBe('ROOM_FULL');
    await ana.request('leave', {});
    expect((await carla.request('join', {})).peers).toHaveLength(2);
  });

  it('[OP10] keeps everyone of a room whose media died, and tells them to build theirs anew', async () => {
    const [ana, beto] = [await house.enter('speaker'), await house.enter('speaker')];
    const { logId } = await house.visitor({ peerId: 'peer-carla' as PeerId }).join();
    await ana.speak();
    house.engine.room.events.died();
    await ana.request('restartMedia', {});
    await beto.request('restartMedia', {});
    await beto.listen();
    await ana.speak();
    expect([ana, beto].map(({ channel }) => channel.told('mediaLost'))).toEqual([[{}], [{}]]);
    expect(beto.channel.roster.changed.map(({ microphone }) => microphone)).toEqual([
      ...['open', 'none', 'open'],
    ]);
    expect(beto.channel.roster.left).toEqual([]);
    expect(house.engine.opened).toBe(2);
    expect(beto.channel.requests).toHaveLength(1);
    const later = await house.visitor({ peerId: 'peer-later1' as PeerId }).join();
    expect(later.logId).toBe(logId);
  });

  it('[OP11] ends a room whose media dies again and again, and the next join opens a new one', async () => {
    const ana = await house.enter('speaker');
    for (let death = 1; death <= 6; death += 1) {
      expect(ana.channel.removedWith).toBeUndefined();
      house.engine.room.events.died();
      await settled();
    }
    expect(ana.channel.removedWith).toBe('INTERNAL');
    expect(house.registry.status(ROOM_ID).peerCount).toBe(0);
    await house.enter('speaker', { peerId: 'peer-later1' as PeerId });
  });
});
