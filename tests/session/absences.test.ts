import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { identity } from '#tests/support/builders.ts';
import { FakeChannel, settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const GRACE_MS = 20_000;
const SILENCE_MS = 15_000;

describe('somebody whose socket is lost', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('moderator');
    beto = await house.enter('speaker');
    await beto.listen();
    beto.media.events.reachable(true);
    ana.channel.forget();
  });

  const changes = () => ana.channel.roster.changed.flatMap(({ away }) => away ?? []);
  const hasLeft = () => ana.channel.roster.left.length > 0;
  const comesBack = async (receivedNews = 0) => {
    const back = house.comeBack(beto, { receivedNews }) as Visitor;
    const snapshot = await back.join();
    return { back, snapshot };
  };

  it('[AW1] is away for the others, and stays in the room with all media', async () => {
    beto.lose();
    house.clock.advance(GRACE_MS - 1);
    expect(changes()).toEqual([true]);
    expect(hasLeft()).toBe(false);
    expect(beto.media.isClosed).toBe(false);
  });

  it('[AW2] comes back to the same place, and the others see nobody leave', async () => {
    const { media } = beto;
    beto.lose();
    house.clock.advance(8_000);
    const { back, snapshot } = await comesBack();
    expect(snapshot).toMatchObject({ resumed: true, you: beto.peerId });
    expect(snapshot.peers.find(({ peerId }) => peerId === beto.peerId)?.away).toBe(false);
    expect(changes()).toEqual([true, false]);
    house.clock.advance(GRACE_MS);
    expect(hasLeft()).toBe(false);
    expect(back.media).toBe(media);
    expect(media.isClosed).toBe(false);
    expect(back.channel.roster.changed).toEqual([]);
  });

  it('[AW3] is let back by a token that is good once and belongs to nobody else', async () => {
    beto.lose();
    expect(house.comeBack(beto, { token: 'x'.repeat(32) })).toBeNull();
    expect(house.comeBack(beto, { token: ana.resumeToken })).toBeNull();
    expect(house.comeBack(ana, { token: beto.resumeToken })).toBeNull();
    const { back } = await comesBack();
    back.session.asked('getPhrases');
    back.lose();
    expect(house.comeBack(beto)).toBeNull();
    expect(house.comeBack(back)).not.toBeNull();
  });

  it('[AW4] may try again with the same token when the answer was lost too', async () => {
    beto.lose();
    const once = house.comeBack(beto) as Visitor;
    once.lose();
    house.clock.advance(GRACE_MS - 1);
    // Nor did the answer to this one arrive: the client still knows its first token alone.
    const { back } = await comesBack();
    back.session.asked('join');
    back.lose();
    const { snapshot } = await comesBack();
    expect(snapshot.resumed).toBe(true);
    expect(hasLeft()).toBe(false);
  });

  it('[AW5] is gone after 20 s, and comes in anew after that', async () => {
    beto.lose();
    house.clock.advance(GRACE_MS);
    expect(hasLeft()).toBe(true);
    expect(beto.media.isClosed).toBe(true);
    expect(house.comeBack(beto)).toBeNull();
    const again = await house.visitor(beto.session.identity).join();
    expect(again.resumed).toBe(false);
  });

  it.each([
    ['the media fell silent first', [0, -10_000] as const],
    ['the socket fell silent first', [-13_000, -5_000] as const],
  ])('[AW6] is gone 15 s after the last that was heard, when %s', (_what, [socketMs, mediaMs]) => {
    house.clock.advance(60_000);
    const lostMs = house.clock.monotonicMs();
    beto.lose(lostMs + socketMs);
    // ICE calls a peer unreachable 10 s after it last answered.
    house.clock.advance(mediaMs + 10_000);
    beto.media.events.reachable(false);
    const goneMs = Math.max(socketMs, mediaMs) + SILENCE_MS;
    house.clock.advance(lostMs + goneMs - house.clock.monotonicMs() - 1);
    expect(hasLeft()).toBe(false);
    house.clock.advance(1);
    expect(hasLeft()).toBe(true);
  });

  it('[AW7] is waited for again when the media answers again', () => {
    beto.lose();
    house.clock.advance(10_000);
    beto.media.events.reachable(false);
    beto.media.events.reachable(true);
    house.clock.advance(GRACE_MS - 10_001);
    expect(hasLeft()).toBe(false);
    house.clock.advance(1);
    expect(hasLeft()).toBe(true);
  });

  it('[AW8] is told the news that was missed, once and in order, and asked again what was not answered', async () => {
    beto.media.events.consumerClosed('consumer-1' as never);
    beto.lose();
    for (const number of [2, 3]) beto.media.events.consumerClosed(`consumer-${number}` as never);
    beto.channel.requests.length = 0;
    await ana.speak();
    expect(beto.channel.requests).toEqual([]);
    const { back } = await comesBack(1);
    await settled();
    expect(back.channel.told('consumerClosed').map(({ consumerId }) => consumerId)).toEqual([
      ...['consumer-2', 'consumer-3'],
    ]);
    expect(back.channel.requests.map(({ name }) => name)).toEqual(['newConsumer']);
    expect(house.journal.at(-1)).toBe('consumer resumed');
  });

  it('[AW9] is asked again what the lost socket took with it', async () => {
    beto.channel.acknowledgement.hold();
    await ana.speak();
    expect(beto.channel.requests).toHaveLength(1);
    beto.lose();
    const { back } = await comesBack();
    await settled();
    expect(back.channel.requests).toEqual(beto.channel.requests);
    expect(house.journal.filter((it) => it === 'consumer resumed')).toHaveLength(1);
  });

  it('[AW10] begins anew when more was missed than is kept', () => {
    beto.lose();
    for (let number = 0; number < 1_001; number += 1) {
      beto.media.events.consumerClosed('consumer' as never);
    }
    expect(house.comeBack(beto)).toBeNull();
    expect(house.comeBack(beto, { receivedNews: 1 })).not.toBeNull();
    expect(house.comeBack(beto, { receivedNews: 2_000 })).toBeNull();
  });

  it('[AW11] may come back before the server has missed the old socket, whose end then changes nothing', async () => {
    const { back, snapshot } = await comesBack();
    expect(snapshot.resumed).toBe(true);
    expect(beto.channel.isClosed).toBe(true);
    beto.lose();
    beto.session.end(beto.channel);
    house.clock.advance(GRACE_MS);
    expect(hasLeft()).toBe(false);
    expect(await back.request('getPhrases', { afterSeq: 0 })).toEqual({ phrases: [] });
  });

  it('[AW12] has to join before anything else on the new socket', async () => {
    beto.lose();
    const back = house.comeBack(beto) as Visitor;
    expect(back.session.gateState).toBe('connected');
    await back.join();
    expect(back.session.gateState).toBe('speaker');
    expect(await refusalFrom(back.request('join', {}))).toBe('WRONG_STATE');
  });

  it('[AW13] who says goodbye, or is sent away, is not waited for', async () => {
    const carla = await house.enter('speaker', { peerId: 'peer-carla' as PeerId });
    beto.session.end(beto.channel);
    carla.session.remove('RATE_LIMITED');
    const left = ana.channel.roster.left;
    expect(left).toEqual([beto.peerId, carla.peerId]);
    expect([beto, carla].map((gone) => house.comeBack(gone))).toEqual([null, null]);
  });

  it('[AW14] keeps the room open, and closes it behind nobody', async () => {
    const { logId } = await house.visitor({ peerId: 'peer-carla' as PeerId }).join();
    ana.session.leave();
    beto.lose();
    const { snapshot } = await comesBack();
    expect(snapshot.logId).toBe(logId);
    house = new House();
    const alone = await house.enter('speaker');
    alone.lose();
    house.clock.advance(GRACE_MS);
    expect(house.registry.status(alone.session.identity.roomId).peerCount).toBe(0);
    expect(house.engine.room.isClosed).toBe(false);
    // A network took everybody out, and those who come back find what they left.
    house.clock.advance(5 * 60_000);
    expect(house.engine.room.isClosed).toBe(true);
  });

  it('[AW16] asks again, once, for what was given up while the socket was dead and nobody knew', async () => {
    beto.channel.acknowledgement.hold();
    beto.channel.timesOut = true;
    await ana.speak();
    beto.channel.acknowledgement.open();
    await settled();
    expect(house.journal.at(-1)).toBe('consumer resumed');
    const { back } = await comesBack();
    back.lose();
    const again = house.comeBack(back) as Visitor;
    await settled();
    expect(back.channel.requests).toEqual(beto.channel.requests);
    expect(again.channel.requests).toEqual([]);
  });

  it('[AW17] is not asked about media that has been let go meanwhile', async () => {
    beto.channel.acknowledgement.hold();
    await ana.speak();
    await beto.request('restartMedia', {});
    beto.lose();
    const { back } = await comesBack();
    await settled();
    expect(back.channel.requests).toEqual([]);
    expect(house.journal).not.toContain('consumer resumed');
  });

  it('[AW18] ends the socket on which nobody joined in time', async () => {
    beto.lose();
    const back = house.comeBack(beto) as Visitor;
    house.clock.advance(GRACE_MS);
    expect(back.channel.isClosed).toBe(true);
    expect(hasLeft()).toBe(true);
  });

  it('[AW15] loses what an attacker would want: a token does not open another socket’s seat', () => {
    beto.lose();
    const stranger = identity({ peerId: 'peer-stranger' as PeerId });
    const resume = { token: beto.resumeToken, receivedNews: 0 };
    expect(house.registry.resume(stranger, resume, new FakeChannel())).toBeNull();
  });
});
