import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, Role } from '#protocol';
import { rtpParameters, sctpStream } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { GRANTED, House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

describe('the stage', () => {
  let house: House;
  let mia: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator', { displayName: 'Mía' });
  });

  const next = async (order: 'first' | 'leastTalked' = 'first') =>
    (await mia.request('callNext', { order })).peerId;
  const setRole = (peerId: PeerId, role: Role) => mia.request('setRole', { peerId, role });
  const shown = ({ peerId }: Visitor) => {
    const { joined, changed } = mia.channel.roster;
    return Object.assign({}, ...[...joined, ...changed].filter((it) => it.peerId === peerId));
  };
  const accept = async (visitor: Visitor) => {
    await mia.request('giveFloor', { peerId: visitor.peerId });
    await visitor.request('answerFloor', { accept: true });
  };
  const talk = (producerId: string, ms: number) => {
    for (let heardMs = 0; heardMs <= ms; heardMs += 250) {
      house.engine.room.events.levels([{ producerId: producerId as never, dBov: -20 }]);
      if (heardMs < ms) house.clock.advance(250);
    }
    house.engine.room.events.levels([]);
  };

  it('[FO1] calls hands in the order in which they went up', async () => {
    const [ana, beto] = [await house.enter('audience'), await house.enter('speaker')];
    await beto.request('raiseHand', {});
    house.clock.advance(1_000);
    await ana.request('raiseHand', {});
    await beto.request('raiseHand', {});
    expect(shown(beto).hand).toEqual({ number: 1, raisedAt: house.clock.wallMs() - 1_000 });
    expect([await next(), await next(), await next()]).toEqual([beto.peerId, ana.peerId, null]);
  });

  it('[FO2] lowers a hand for its owner, for a moderator, and with its owner’s leaving', async () => {
    const [ana, beto, carla] = [
      await house.enter('audience'),
      await house.enter('audience'),
      await house.enter('audience'),
    ];
    for (const visitor of [ana, beto, carla]) await visitor.request('raiseHand', {});
    await ana.request('lowerHand', {});
    await mia.request('lowerHandOf', { peerId: beto.peerId });
    await carla.request('leave', {});
    expect([shown(ana).hand, shown(beto).hand, await next()]).toEqual([null, null, null]);
    expect(await refusalFrom(mia.request('lowerHandOf', { peerId: carla.peerId }))).toBe(
      'NOT_FOUND',
    );
  });

  it('[FO3] has no hands of moderators, and offers them nothing', async () => {
    const other = await house.enter('moderator');
    expect(await refusalFrom(other.request('raiseHand', {}))).toBe('FORBIDDEN');
    expect(await refusalFrom(mia.request('giveFloor', { peerId: other.peerId }))).toBe(
      'WRONG_STATE',
    );
  });

  it('[FO4] calls who has talked least as measured, whoever waited longer, and nobody who is away', async () => {
    const [ana, beto, carla] = [
      await house.enter('speaker'),
      await house.enter('speaker'),
      await house.enter('speaker'),
    ];
    const [mic, other] = [await ana.speak(), await beto.speak()];
    talk(mic, 5_000);
    talk(other, 2_000);
    for (const visitor of [ana, beto, carla]) await visitor.request('raiseHand', {});
    carla.lose();
    expect([await next('leastTalked'), await next('leastTalked')]).toEqual([
      beto.peerId,
      ana.peerId,
    ]);
    house.clock.advance(2_000);
    const times = mia.channel.told('moderationChanged').flatMap((it) => it.change.talkTimes ?? []);
    expect(times.findLast((it) => it.peerId === ana.peerId)?.talkedMs).toBe(5_000);
    expect(times.findLast((it) => it.peerId === beto.peerId)?.talkedMs).toBe(2_000);
  });

  it('[FO5] takes a listener in by an offer and their own yes alone', async () => {
    const ana = await house.enter('audience');
    expect(await refusalFrom(setRole(ana.peerId, 'speaker'))).toBe('WRONG_STATE');
    expect(await refusalFrom(ana.request('answerFloor', { accept: true }))).toBe('WRONG_STATE');
    await ana.request('raiseHand', {});
    await mia.request('giveFloor', { peerId: ana.peerId });
    await ana.request('answerFloor', { accept: false });
    expect(shown(ana)).toMatchObject({ role: 'audience', offered: false, hand: null });
    await mia.request('giveFloor', { peerId: ana.peerId });
    await mia.request('lowerHandOf', { peerId: ana.peerId });
    expect(await refusalFrom(ana.request('answerFloor', { accept: true }))).toBe('WRONG_STATE');
    await accept(ana);
    expect([shown(ana).role, ana.session.gateState]).toEqual(['speaker', 'speaker']);
  });

  it('[FO6] ends all that somebody sends as they leave it, before anybody is told', async () => {
    const ana = await house.enter('speaker');
    await ana.request('createTransport', {});
    await ana.speak();
    mia.channel.forget();
    const told = () => mia.channel.notifications.length;
    const closing = ana.media;
    let toldBefore = -1;
    closing.closeSending = () => (toldBefore = told());
    await setRole(ana.peerId, 'audience');
    expect(toldBefore).toBe(0);
    expect(shown(ana)).toMatchObject({ role: 'audience', microphone: 'none' });
    expect(ana.session.gateState).toBe('audience');
    expect(ana.session.seat.producerId).toBeNull();
  });

  it('[FO7] lets somebody who is back on it build anew what they had, once', async () => {
    const ana = await house.enter('speaker');
    const build = async () => {
      await ana.request('createTransport', {});
      await ana.request('produceData', { sctpStreamParameters: sctpStream() });
      await ana.speak();
    };
    await ana.listen();
    for (let round = 0; round < 3; round += 1) {
      await build();
      expect(await refusalFrom(ana.speak())).toBe('LIMIT_REACHED');
      await setRole(ana.peerId, 'audience');
      expect(await refusalFrom(ana.request('createTransport', {}))).toBe('FORBIDDEN');
      await accept(ana);
    }
    expect(await refusalFrom(ana.listen())).toBe('LIMIT_REACHED');
  });

  it('[FO8] takes nothing in that was being made as somebody left it', async () => {
    const ana = await house.enter('speaker');
    ana.media.working.hold();
    const made = refusalFrom(
      ana.request('produce', { rtpParameters: rtpParameters(), muted: false }),
    );
    await setRole(ana.peerId, 'audience');
    ana.media.working.open();
    expect(await made).toBe('WRONG_STATE');
    await settled();
    expect(shown(ana).microphone).toBe('none');
    expect(ana.session.seat.producerId).toBeNull();
  });

  it('[FO9] leaves exactly one of two moderators who demote each other in one moment', async () => {
    const other = await house.enter('moderator');
    const both = [
      refusalFrom(setRole(other.peerId, 'speaker')),
      // The door asks for the state of that moment, as it does here.
      refusalFrom(
        Promise.resolve().then(() => {
          if (other.session.gateState !== 'moderator') return;
          return other.request('setRole', { peerId: mia.peerId, role: 'speaker' });
        }),
      ),
    ];
    await Promise.all(both);
    const roles = [mia.session.gateState, other.session.gateState];
    expect(roles.filter((role) => role === 'moderator')).toHaveLength(1);
    expect(await refusalFrom(setRole(mia.peerId, 'speaker'))).toBe('WRONG_STATE');
  });

  it('[FO10] has no more of a role than the room is set to, whichever way they come', async () => {
    await mia.request('changeSettings', {
      capacity: { moderator: 2, speaker: 1, audience: 2 },
    });
    const [ana, beto] = [await house.enter('speaker'), await house.enter('audience')];
    expect(await refusalFrom(house.enter('speaker'))).toBe('ROOM_FULL');
    expect(await refusalFrom(mia.request('giveFloor', { peerId: beto.peerId }))).toBe('ROOM_FULL');
    await setRole(ana.peerId, 'moderator');
    await mia.request('giveFloor', { peerId: beto.peerId });
    await house.enter('speaker');
    expect(await refusalFrom(beto.request('answerFloor', { accept: true }))).toBe('ROOM_FULL');
    expect(await refusalFrom(setRole(beto.peerId, 'moderator'))).toBe('ROOM_FULL');
  });

  it('[FO11] asks who can be recorded from then on, and records nobody who cannot', async () => {
    const [ana, beto] = [await house.enter('audience'), await house.enter('speaker')];
    await mia.request('startRecording', {});
    await beto.answer(GRANTED);
    expect(ana.channel.told('consentChanged')).toEqual([]);
    await accept(ana);
    expect(ana.channel.told('consentChanged').at(-1)).toEqual({ consent: 'pending' });
    await setRole(beto.peerId, 'audience');
    expect(shown(beto)).toMatchObject({ role: 'audience', recorded: false });
    expect(beto.channel.told('consentChanged').at(-1)).toEqual({ consent: null });
    await accept(beto);
    expect(shown(beto)).toMatchObject({ role: 'speaker', recorded: true });
  });

  it('[FO12] tells whoever becomes a moderator what moderators know, and no more afterwards', async () => {
    const ana = await house.enter('speaker');
    const guest = await house.enter('audience', { displayName: 'Zoe' });
    await mia.request('ban', { peerId: guest.peerId });
    expect(ana.channel.told('moderationChanged')).toEqual([]);
    await setRole(ana.peerId, 'moderator');
    expect(ana.channel.told('moderationChanged')).toMatchObject([
      { change: { waiting: [], bans: [{ displayName: 'Zoe' }], talkTimes: [] } },
    ]);
    await setRole(ana.peerId, 'speaker');
    await mia.request('unban', { peerId: guest.peerId });
    expect(ana.channel.told('moderationChanged')).toHaveLength(1);
  });
});
