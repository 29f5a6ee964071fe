import { beforeEach, describe, expect, it } from 'vitest';
import { ProtocolError } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const LISTEN = { rtpCapabilities: opusCapabilities() };

describe('a way in', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator');
    ana = await house.enter('speaker');
    await mia.speak();
  });

  it('[HG15] can be asked for again where it failed while one left the stage', async () => {
    house.engine.room.listening.hold();
    house.engine.room.failsToListen = true;
    const failing = refusalFrom(ana.request('listen', LISTEN));
    await mia.request('setRole', { peerId: ana.peerId, role: 'audience' });
    house.engine.room.listening.open();
    expect(await failing).toBe('WRONG_STATE');
    house.engine.room.failsToListen = false;
    expect(await refusalFrom(ana.listen())).toBe('allowed');
  });

  it('[HG16] that is not there after a while keeps nobody out, and is asked for by itself', async () => {
    house.engine.room.listening.hold();
    const beto = house.visitor({ role: 'audience' });
    const joining = beto.request('join', LISTEN);
    await settled();
    const stuck = beto.media;
    house.clock.advance(5_000);
    expect(await joining).not.toHaveProperty('listening');
    expect(stuck.isClosed).toBe(true);
    house.engine.room.listening.open();
    await settled();
    expect(await refusalFrom(beto.listen())).toBe('allowed');
    expect(await refusalFrom(beto.listen())).toBe('LIMIT_REACHED');
    expect(beto.media.waysIn).toHaveLength(1);
  });

  it('[HG17] that is half made when a join does without it is closed', async () => {
    house.engine.room.listening.hold();
    const beto = house.visitor({ role: 'speaker' });
    const joining = beto.request('join', LISTEN);
    await settled();
    const half = beto.media;
    half.consume = async () => {
      throw new ProtocolError('UNSUPPORTED_MEDIA', 'other codecs');
    };
    house.engine.room.listening.open();
    expect(await joining).not.toHaveProperty('listening');
    expect([half.isClosed, half.waysIn.length]).toEqual([true, 1]);
    expect(await refusalFrom(beto.listen())).toBe('allowed');
  });

  it('[HG18] ends a join whose socket goes while it is opened, with nothing left of either', async () => {
    house.engine.room.listening.hold();
    const beto = house.visitor({ role: 'audience' });
    const joining = refusalFrom(beto.request('join', LISTEN));
    await settled();
    const { media } = beto;
    beto.session.end(beto.channel);
    house.engine.room.listening.open();
    expect(await joining).toBe('WRONG_STATE');
    expect(media.isClosed).toBe(true);
    const { audience } = mia.session.seat.room.desks.people.roster.seenBy(mia.session);
    expect(audience).toBe(0);
  });

  it('[HG19] is followed by the microphones that could not come with it', async () => {
    const { media } = ana;
    const consume = media.consume.bind(media);
    media.consume = async () => {
      media.consume = consume;
      throw new ProtocolError('NOT_FOUND', 'it could not be brought there');
    };
    const { consumers } = await ana.request('listen', LISTEN);
    await settled();
    expect(consumers.map(({ peerId }) => peerId)).toEqual([null]);
    expect(ana.channel.requests).toMatchObject([{ input: { peerId: mia.peerId } }]);
  });
});
