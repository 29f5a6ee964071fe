import { beforeEach, describe, expect, it } from 'vitest';
import { ROOM_ID } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

describe('joining and leaving', () => {
  let house: House;
  beforeEach(() => {
    house = new House();
  });

  it('[JN1] gives the newcomer a snapshot and tells the others, not the newcomer', async () => {
    const ana = await house.enter('moderator', { displayName: 'Ana' });
    const beto = house.visitor({ displayName: 'Beto' });
    const snapshot = await beto.request('join', {});
    expect(snapshot).toMatchObject({
      revision: 3,
      roomId: ROOM_ID,
      you: beto.peerId,
      serverTime: house.clock.wallMs(),
      routerRtpCapabilities: house.engine.rtpCapabilities,
    });
    expect(snapshot.peers.map(({ displayName }) => displayName)).toEqual(['Ana', 'Beto']);
    expect(ana.channel.told('rosterChanged')).toMatchObject([
      { since: 2, revision: 3, joined: [{ peerId: beto.peerId }] },
    ]);
    expect(beto.channel.notifications).toEqual([]);
  });

  it('[JN2] refuses a second join of the same socket, also while the first is on its way', async () => {
    house.engine.opening.hold();
    const ana = house.visitor();
    const first = ana.request('join', {});
    expect(await refusalFrom(ana.request('join', {}))).toBe('WRONG_STATE');
    house.engine.opening.open();
    await first;
    expect(await refusalFrom(ana.request('join', {}))).toBe('WRONG_STATE');
    expect(house.registry.status(ROOM_ID).peerCount).toBe(1);
  });

  it('[JN3] tells the others once who left, however often it is said', async () => {
    const [ana, beto] = [await house.enter('speaker'), await house.enter('speaker')];
    await beto.request('leave', {});
    beto.session.leave();
    expect(ana.channel.roster.left).toEqual([beto.peerId]);
    expect(beto.media.isClosed).toBe(true);
    expect(await refusalFrom(beto.request('join', {}))).toBe('WRONG_STATE');
  });

  it('[JN4] leaves no trace of a socket that went away while it joined', async () => {
    const ana = await house.enter('speaker');
    const beto = house.visitor();
    const joining = refusalFrom(beto.request('join', {}));
    beto.session.leave();
    expect(await joining).toBe('WRONG_STATE');
    const carla = await house.enter('speaker');
    // A gap in the revisions would make every client join again.
    expect(ana.channel.told('rosterChanged')).toMatchObject([
      { since: 1, revision: 2, joined: [{ peerId: carla.peerId }] },
    ]);
    expect(house.engine.room.peers.filter(({ isClosed }) => !isClosed)).toHaveLength(2);
  });

  it('[JN5] lets the same person take over from another socket, and tells the earlier one', async () => {
    const ana = await house.enter('speaker');
    const first = await house.enter('speaker', { displayName: 'Beto' });
    const second = house.visitor(first.session.identity);
    const snapshot = await second.request('join', {});
    expect(first.channel.removedWith).toBe('REPLACED');
    expect(first.channel.isClosed).toBe(true);
    expect(snapshot.peers.map(({ peerId }) => peerId)).toEqual([ana.peerId, first.peerId]);
    // The earlier socket's end must not take the later one with it.
    first.session.leave();
    expect(house.registry.status(ROOM_ID).peerCount).toBe(2);
    expect(house.engine.room.peers.map(({ isClosed }) => isClosed)).toEqual([false, true, false]);
  });

  it('[JN6] can be taken over again and again', async () => {
    const ana = await house.enter('speaker');
    const sockets = [await house.enter('speaker')];
    const { identity } = sockets[0]!.session;
    for (let i = 0; i < 2; i += 1) sockets.push(await house.enter('speaker', identity));
    expect(sockets.map(({ channel }) => channel.removedWith)).toEqual([
      'REPLACED',
      'REPLACED',
      undefined,
    ]);
    const revisions = ana.channel.notifications.map(
      ({ body }) => (body as { revision: number }).revision,
    );
    expect(revisions).toEqual([2, 3, 4, 5, 6]);
  });

  it('[JN7] keeps the room open when the only one in it comes back over another socket', async () => {
    const first = await house.enter('moderator');
    first.say({ draftId: 'a1', text: 'Sigo aquí', language: 'es' });
    await first.request('startRecording', {});
    const second = house.visitor(first.session.identity);
    const snapshot = await second.request('join', {});
    await settled();
    expect(house.engine.opened).toBe(1);
    expect(house.engine.room.isClosed).toBe(false);
    expect(snapshot.phrases).toHaveLength(1);
    expect(snapshot.recording).not.toBeNull();
    expect(house.recorder.recording.stops).toEqual([]);
    expect(second.channel.isClosed).toBe(false);
    await second.request('stopRecording', {});
    await second.request('leave', {});
    expect(house.engine.room.isClosed).toBe(true);
  });

  it('[JN8] treats a session as what it is at this moment', async () => {
    const ana = house.visitor({ role: 'audience', expiresAt: house.clock.wallMs() + 1_000 });
    expect(ana.session.gateState).toBe('connected');
    await ana.request('join', {});
    expect(ana.session.gateState).toBe('audience');
    house.clock.advance(999);
    expect(ana.session.gateState).toBe('audience');
    house.clock.advance(1);
    expect(ana.session.gateState).toBe('expired');
  });
});
