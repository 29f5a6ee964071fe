import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ProtocolError, type ConsumerOptions } from '#protocol';
import { opusCapabilities, rtpParameters } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const peersOf = (consumers: readonly Pick<ConsumerOptions, 'peerId'>[]) =>
  consumers.map(({ peerId }) => peerId);

describe('letting people hear each other', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('speaker', { displayName: 'Ana' });
    beto = await house.enter('speaker', { displayName: 'Beto' });
  });

  it('[AN1] makes a Consumer paused, announces it, and resumes it after the answer only', async () => {
    await beto.listen();
    beto.channel.acknowledgement.hold();
    await ana.speak();
    expect(house.journal).toEqual(['consumer made, paused', 'asked newConsumer']);
    beto.channel.acknowledgement.open();
    await settled();
    expect(house.journal.slice(2)).toEqual(['acknowledged newConsumer', 'consumer resumed']);
  });

  it('[AN2] does not resume what the client refused', async () => {
    await beto.listen();
    beto.channel.refuses = true;
    await ana.speak();
    expect(house.journal).not.toContain('consumer resumed');
  });

  it('[AN3] says whose microphone it is', async () => {
    await beto.listen();
    const producerId = await ana.speak();
    expect(beto.channel.requests).toMatchObject([
      { name: 'newConsumer', input: { producerId, peerId: ana.peerId } },
    ]);
  });

  it('[AN4] gives whoever listens later all that is there with their way in, unpaused', async () => {
    await ana.speak();
    const carla = await house.enter('speaker');
    await carla.speak();
    const { consumers } = await beto.request('listen', { rtpCapabilities: opusCapabilities() });
    expect(peersOf(consumers)).toEqual([null, ana.peerId, carla.peerId]);
    expect(house.journal).toEqual(['consumer made', 'consumer made']);
    expect(beto.channel.requests).toEqual([]);
  });

  it('[AN5] announces each microphone once, however producing and receiving cross', async () => {
    ana.media.working.hold();
    beto.media.working.hold();
    const speaking = ana.request('produce', { rtpParameters: rtpParameters(), muted: false });
    const listening = beto.request('listen', { rtpCapabilities: opusCapabilities() });
    ana.media.working.open();
    beto.media.working.open();
    const [{ producerId }, { consumers }] = await Promise.all([speaking, listening]);
    await settled();
    const announced = beto.channel.requests.map(({ input }) => input as ConsumerOptions);
    const heard = [...consumers, ...announced].map((it) => it.producerId);
    expect(heard.filter((it) => it === producerId)).toHaveLength(1);
  });

  it('[AN6] never announces a microphone to its owner', async () => {
    const rtpCapabilities = opusCapabilities();
    await ana.listen();
    await ana.speak();
    const carla = await house.enter('speaker');
    await carla.speak();
    const { consumers } = await carla.request('listen', { rtpCapabilities });
    expect(peersOf(consumers)).toEqual([null, ana.peerId]);
    const announced = ana.channel.requests.map(({ input }) => input as ConsumerOptions);
    expect(peersOf(announced)).toEqual([carla.peerId]);
  });

  it('[AN7] bears with a listener that leaves before answering', async () => {
    await beto.listen();
    beto.channel.acknowledgement.hold();
    await ana.speak();
    beto.session.leave();
    beto.channel.refuses = true;
    beto.channel.acknowledgement.open();
    await settled();
    expect(house.journal).not.toContain('consumer resumed');
    expect(house.log.of('warn')).toEqual([]);
  });

  it('[AN8] leaves no microphone behind of somebody who went away while connecting it', async () => {
    await beto.listen();
    ana.media.working.hold();
    const speaking = refusalFrom(
      ana.request('produce', { rtpParameters: rtpParameters(), muted: false }),
    );
    ana.session.leave();
    ana.media.working.open();
    expect(await speaking).not.toBe('allowed');
    await settled();
    expect(beto.channel.requests).toEqual([]);
    expect(beto.channel.roster.changed).toEqual([]);
  });

  it('[AN9] tells the listener when a Consumer ends', async () => {
    await beto.listen();
    await ana.speak();
    const { consumerId } = beto.channel.requests[0]!.input as { consumerId: never };
    beto.media.events.consumerClosed(consumerId);
    expect(beto.channel.told('consumerClosed')).toEqual([{ consumerId }]);
  });

  it('[AN10] keeps apart what an earlier socket of the same person was still connecting', async () => {
    await beto.listen();
    ana.media.working.hold();
    const { media } = ana;
    const speaking = refusalFrom(
      ana.request('produce', { rtpParameters: rtpParameters(), muted: false }),
    );
    const again = await house.enter('speaker', ana.session.identity);
    media.working.open();
    expect(await speaking).toBe('WRONG_STATE');
    expect(again.channel.roster.changed).toEqual([]);
    await settled();
    expect(beto.channel.requests).toEqual([]);
  });

  it('[AN11] offers once more what was refused, and leaves no refused Consumer open', async () => {
    await beto.listen();
    vi.spyOn(beto.channel, 'request').mockRejectedValueOnce(new Error('refused'));
    await ana.speak();
    const second = ['consumer made, paused', 'asked newConsumer', 'acknowledged newConsumer'];
    expect(house.journal).toEqual([
      'consumer made, paused',
      'consumer closed',
      ...second,
      'consumer resumed',
    ]);
    expect(house.log.of('warn')).toEqual([]);
  });

  it('[AN12] gives up after that, and says so in the log', async () => {
    await beto.listen();
    beto.channel.refuses = true;
    await ana.speak();
    expect(house.journal.filter((it) => it === 'consumer made, paused')).toHaveLength(2);
    expect(house.journal.filter((it) => it === 'consumer closed')).toHaveLength(2);
    expect(house.log.of('warn')).toEqual(['microphone could not be announced']);
  });

  it('[AN13] says in the log when a listener cannot decode a microphone, and not when it left', async () => {
    await beto.listen();
    const consume = vi.spyOn(beto.media, 'consume');
    consume.mockRejectedValueOnce(new ProtocolError('NOT_FOUND', 'no such producer'));
    await ana.speak();
    expect(house.log.of('warn')).toEqual([]);
    await ana.request('stopProducing', {});
    consume.mockRejectedValueOnce(new ProtocolError('UNSUPPORTED_MEDIA', 'no such codec'));
    await ana.speak();
    expect(house.log.of('warn')).toEqual(['microphone could not be announced']);
    expect(beto.channel.requests).toEqual([]);
  });

  it('[MU1] tells everyone, the owner too, when a microphone opens and is muted', async () => {
    await ana.speak({ muted: true });
    await ana.request('setMuted', { muted: false });
    await ana.request('setMuted', { muted: false });
    await ana.request('setMuted', { muted: true });
    for (const { channel } of [ana, beto]) {
      expect(channel.roster.changed.map(({ microphone }) => microphone)).toEqual([
        'muted',
        'open',
        'muted',
      ]);
    }
    expect(ana.media.muted).toEqual([false, false, true]);
  });

  it('[MU2] has nothing to mute where no microphone is connected', async () => {
    expect(await refusalFrom(ana.request('setMuted', { muted: true }))).toBe('NOT_FOUND');
  });

  it('[MU3] says nothing of somebody who left while being muted', async () => {
    await ana.speak();
    ana.media.working.hold();
    const muting = refusalFrom(ana.request('setMuted', { muted: true }));
    ana.session.leave();
    ana.media.working.open();
    expect(await muting).toBe('allowed');
    expect(beto.channel.roster.changed).toHaveLength(1);
  });

  it('[MU4] says nothing of a microphone that was unplugged while being muted', async () => {
    await ana.speak();
    ana.media.working.hold();
    const muting = refusalFrom(ana.request('setMuted', { muted: true }));
    await ana.request('stopProducing', {});
    ana.media.working.open();
    expect(await muting).toBe('allowed');
    const shown = beto.channel.roster.changed.map(({ microphone }) => microphone);
    expect(shown).toEqual(['open', 'none']);
  });
});
