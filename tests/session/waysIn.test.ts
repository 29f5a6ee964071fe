import { beforeEach, describe, expect, it } from 'vitest';
import { opusCapabilities } from '#tests/support/builders.ts';
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
});
