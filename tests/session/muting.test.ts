import { beforeEach, describe, expect, it } from 'vitest';
import { clientRequests } from '#protocol';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';
import { rtpParameters } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';

describe('muting', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator');
    ana = await house.enter('speaker');
  });

  const seen = (visitor = ana) => {
    const mine = (it: { peerId: string }) => it.peerId === visitor.peerId;
    const { joined, changed } = mia.channel.roster;
    return Object.assign({}, ...[...joined, ...changed].filter(mine));
  };
  const mute = (visitor = ana) => mia.request('mutePeer', { peerId: visitor.peerId });
  const open = (mutes?: number, visitor = ana) =>
    visitor.request('setMuted', { muted: false, ...(mutes !== undefined && { mutes }) });
  const set = (change: object) => mia.request('changeSettings', change);

  it('[MT1] stops a microphone at the SFU, and counts for its owner', async () => {
    await ana.speak();
    await mute();
    expect(ana.media.muted).toEqual([true]);
    expect(seen()).toMatchObject({ microphone: 'muted', mutes: 1 });
    expect(await refusalFrom(mia.request('mutePeer', { peerId: 'nobody-here' as never }))).toBe(
      'NOT_FOUND',
    );
  });

  it('[MT2] reaches everybody but oneself, also whose microphone is being connected', async () => {
    const beto = await house.enter('speaker');
    await Promise.all([ana.speak(), mia.speak()]);
    beto.media.working.hold();
    const connecting = beto.request('produce', { rtpParameters: rtpParameters(), muted: false });
    await mia.request('muteOthers', {});
    beto.media.working.open();
    await connecting;
    await settled();
    expect([ana.media.muted, beto.media.muted, mia.media.muted]).toEqual([[true], [true], []]);
    expect([seen(ana).microphone, seen(beto).microphone]).toEqual(['muted', 'muted']);
  });

  it('[MT3] is not undone by who does not know of it, also when both are under way', async () => {
    await ana.speak({ muted: true });
    await mute();
    expect(await refusalFrom(open())).toBe('WRONG_STATE');
    ana.media.working.hold();
    const opening = refusalFrom(open(1));
    await mute();
    ana.media.working.open();
    expect(await opening).toBe('WRONG_STATE');
    expect(ana.media.muted.at(-1)).toBe(true);
    expect(seen()).toMatchObject({ microphone: 'muted', mutes: 2 });
    await open(2);
    expect(seen().microphone).toBe('open');
  });

  it('[MT4] has no way to open somebody else’s microphone', async () => {
    await ana.speak({ muted: true });
    await mia.request('giveFloor', { peerId: ana.peerId });
    await ana.request('answerFloor', { accept: true });
    await settled();
    expect([ana.media.muted, seen().microphone]).toEqual([[], 'muted']);
    // The one request that opens any is its owner's own: it names nobody.
    expect(Object.keys(clientRequests.setMuted.input.entries)).toEqual(['muted', 'mutes']);
  });

  it('[MT5] is how a first microphone begins where people come in muted, unless they were given the floor', async () => {
    await set({ entryMuted: true });
    await ana.speak();
    expect(seen()).toMatchObject({ microphone: 'muted', mutes: 1, mayUnmute: true });
    await ana.request('stopProducing', {});
    await ana.request('produce', { rtpParameters: rtpParameters(), muted: false, mutes: 1 });
    expect(seen().microphone).toBe('open');
    const beto = await house.enter('audience');
    await mia.request('giveFloor', { peerId: beto.peerId });
    await beto.request('answerFloor', { accept: true });
    await beto.speak();
    expect(seen(beto).microphone).toBe('open');
    await mia.speak();
    expect(seen(mia).microphone).not.toBe('muted');
  });

  it('[MT6] holds until one is given the floor where people may not unmute themselves, however they come back', async () => {
    await set({ selfUnmute: false });
    await ana.speak();
    expect(seen()).toMatchObject({ microphone: 'muted', mayUnmute: false, mutes: 1 });
    expect(await refusalFrom(open(1))).toBe('FORBIDDEN');
    const again = house.visitor({ ...ana.session.identity });
    await again.join();
    await again.speak();
    expect(seen(again)).toMatchObject({ microphone: 'muted', mayUnmute: false });
    await mia.request('giveFloor', { peerId: again.peerId });
    await again.request('answerFloor', { accept: true });
    await open(seen(again).mutes, again);
    expect(seen(again).microphone).toBe('open');
    await again.request('setMuted', { muted: true });
    await open(seen(again).mutes, again);
  });

  it('[MT9] holds for who was away, or comes in anew, until they open it themselves', async () => {
    await ana.speak();
    ana.lose();
    await mute();
    house.clock.advance(25_000);
    const again = house.visitor({ ...ana.session.identity });
    const { peers } = await again.join();
    expect(peers.find(({ peerId }) => peerId === ana.peerId)?.mutes).toBe(1);
    await again.speak();
    expect(seen(again).microphone).toBe('muted');
    await open(seen(again).mutes, again);
    expect(seen(again).microphone).toBe('open');
  });

  it('[MT10] leaves a microphone closed whose opening is refused half-way', async () => {
    await ana.speak({ muted: true });
    ana.media.working.hold();
    const opening = refusalFrom(open());
    await set({ selfUnmute: false });
    ana.media.working.open();
    expect(await opening).toBe('FORBIDDEN');
    expect([ana.media.muted.at(-1), seen().microphone]).toEqual([true, 'muted']);
  });

  it('[MT7] ends for all when the room lets people unmute themselves again', async () => {
    await ana.speak();
    await set({ selfUnmute: false });
    await mute();
    expect(await refusalFrom(open(1))).toBe('FORBIDDEN');
    await set({ selfUnmute: true });
    expect(seen().mayUnmute).toBe(true);
    await open(1);
    await set({ selfUnmute: false });
    // Who talks at this moment goes on.
    expect(seen()).toMatchObject({ microphone: 'open', mayUnmute: true });
  });
});
