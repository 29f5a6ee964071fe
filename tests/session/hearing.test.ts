import { beforeEach, describe, expect, it } from 'vitest';
import type { ConsumerOptions, PeerId, Role } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const LISTEN = { rtpCapabilities: opusCapabilities() };

const announcedTo = ({ channel }: Pick<Visitor, 'channel'>) =>
  channel.requests.map(({ input }) => (input as ConsumerOptions).peerId);

describe('what somebody hears', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator', { displayName: 'Mia' });
    ana = await house.enter('speaker', { displayName: 'Ana' });
    beto = await house.enter('audience', { displayName: 'Beto' });
    await mia.speak();
    await ana.speak();
    house.journal.length = 0;
  });

  const setRole = (peerId: PeerId, role: Role) => mia.request('setRole', { peerId, role });
  const call = async (visitor: Visitor) => {
    await mia.request('giveFloor', { peerId: visitor.peerId });
    await visitor.request('answerFloor', { accept: true });
  };
  /** Of whom there are Consumers. */
  const hears = ({ media }: Visitor) => [...media.consumers.values()].map(({ of }) => of);

  it('[HG1] is the slots, for who only listens', async () => {
    const { consumers } = await beto.request('listen', LISTEN);
    expect(consumers.map(({ slot, peerId }) => ({ slot, peerId }))).toEqual(
      [undefined, 0, 1, 2].map((slot) => ({ slot, peerId: null })),
    );
    await house.enter('speaker').then((carla) => carla.speak());
    expect(beto.channel.requests).toEqual([]);
    expect(beto.media.waysIn).toMatchObject([{ ...LISTEN, hearing: 'slots' }]);
  });

  it('[HG2] comes with the answer to join, and one is in without it where it cannot be had', async () => {
    const carla = house.visitor({ role: 'audience' });
    const snapshot = await carla.request('join', LISTEN);
    expect(snapshot.listening?.consumers).toHaveLength(4);
    expect(snapshot.listening?.transport.iceServers).toHaveLength(1);
    expect(snapshot).not.toHaveProperty('routerRtpCapabilities');
    expect(await refusalFrom(carla.listen())).toBe('LIMIT_REACHED');

    house.engine.room.failsToListen = true;
    const dora = house.visitor({ role: 'audience' });
    const without = await dora.request('join', LISTEN);
    expect(without).not.toHaveProperty('listening');
    expect(without.you).toBe(dora.peerId);
    house.engine.room.failsToListen = false;
    expect(await refusalFrom(dora.listen())).toBe('allowed');
  });

  it('[HG3] changes for who comes on the stage when all microphones have reached them', async () => {
    await beto.listen();
    beto.channel.acknowledgement.hold();
    await call(beto);
    await settled();
    expect(announcedTo(beto)).toEqual([mia.peerId, ana.peerId]);
    expect(house.journal).not.toContain('hears microphones');
    beto.channel.acknowledgement.open();
    await settled();
    expect(house.journal.slice(-3)).toEqual([
      'consumer resumed',
      'consumer resumed',
      'hears microphones',
    ]);
    const carla = await house.enter('speaker');
    await carla.speak();
    expect(announcedTo(beto).at(-1)).toBe(carla.peerId);
  });

  it('[HG4] changes for who leaves the stage before what they heard is closed', async () => {
    await beto.listen();
    await call(beto);
    await settled();
    await beto.speak();
    house.journal.length = 0;
    await setRole(beto.peerId, 'audience');
    await settled();
    expect(house.journal).toEqual(['hears slots', 'consumer closed', 'consumer closed']);
    expect(beto.channel.told('consumerClosed')).toHaveLength(2);
    expect(new Set(hears(beto))).toEqual(
      new Set([house.engine.room.voice.producerId, ...house.engine.room.slots]),
    );
    await house.enter('speaker').then((carla) => carla.speak());
    expect(beto.channel.requests).toHaveLength(2);
  });

  it('[HG5] has slots that are announced to who came without, once', async () => {
    await ana.listen();
    ana.channel.acknowledgement.hold();
    await setRole(ana.peerId, 'audience');
    await settled();
    expect(ana.channel.requests).toHaveLength(3);
    expect(house.journal).not.toContain('hears slots');
    ana.channel.acknowledgement.open();
    await settled();
    expect(house.journal.slice(-2)).toEqual(['hears slots', 'consumer closed']);
    await call(ana);
    await settled();
    await setRole(ana.peerId, 'audience');
    await settled();
    expect(ana.media.slotsMade).toBe(1);
    expect(house.journal.filter((it) => it.startsWith('hears'))).toEqual([
      'hears slots',
      'hears microphones',
      'hears slots',
    ]);
  });

  it.each([1, 2, 3, 4, 7, 8])('[HG6] is one of the two after %i changes at once', async (times) => {
    await beto.listen();
    beto.channel.acknowledgement.hold();
    beto.media.working.hold();
    for (let change = 1; change <= times; change += 1) {
      if (change % 2 === 1) await call(beto);
      else await setRole(beto.peerId, 'audience');
    }
    beto.media.working.open();
    await settled();
    beto.channel.acknowledgement.open();
    await settled();
    const microphones = [mia, ana].map(({ session }) => session.seat.producerId);
    const direct = hears(beto).filter((of) => microphones.includes(of));
    const last = house.journal.findLast((it) => it.startsWith('hears ')) ?? 'hears slots';
    expect(last).toBe(times % 2 === 1 ? 'hears microphones' : 'hears slots');
    expect(direct.toSorted()).toEqual(times % 2 === 1 ? microphones.toSorted() : []);
    expect([...beto.media.consumers.values()].every(({ isHeld }) => isHeld)).toBe(true);
  });

  it('[HG7] goes on for who is called back before anything of the stage was heard', async () => {
    await beto.listen();
    beto.channel.acknowledgement.hold();
    await call(beto);
    await settled();
    await setRole(beto.peerId, 'audience');
    expect(beto.channel.told('consumerClosed')).toHaveLength(2);
    beto.channel.acknowledgement.open();
    await settled();
    expect(house.journal.filter((it) => it.startsWith('hears'))).toEqual([]);
    expect(hears(beto)).toHaveLength(4);
  });

  it('[HG8] changes for who is away over the next socket, with what there is by then', async () => {
    await beto.listen();
    await mia.request('giveFloor', { peerId: beto.peerId });
    beto.channel.acknowledgement.hold();
    await beto.request('answerFloor', { accept: true });
    await settled();
    beto.lose();
    await ana.request('stopProducing', {});
    const back = house.comeBack(beto)!;
    await back.join();
    await settled();
    expect(announcedTo(back)).toEqual([mia.peerId]);
    expect(house.journal.at(-1)).toBe('hears microphones');
  });

  it('[HG9] is built anew where the way in carries slots only', async () => {
    await beto.listen();
    beto.media.hearsSlotsOnly = true;
    await call(beto);
    await settled();
    expect([beto, ana, mia].map(({ channel }) => channel.told('mediaLost').length)).toEqual([
      ...[1, 0, 0],
    ]);
    await beto.request('restartMedia', {});
    const { consumers } = await beto.request('listen', LISTEN);
    expect(consumers.map(({ peerId }) => peerId)).toEqual([null, mia.peerId, ana.peerId]);
  });

  it('[HG10] is built anew by the one alone whose media is lost', async () => {
    await beto.listen();
    await call(beto);
    await settled();
    beto.media.events.mediaLost();
    expect([beto, ana, mia].map(({ channel }) => channel.told('mediaLost').length)).toEqual([
      ...[1, 0, 0],
    ]);
    await beto.request('restartMedia', {});
    beto.channel.forget();
    await beto.listen();
    expect(beto.media.waysIn).toMatchObject([{ hearing: 'microphones' }]);
    const carla = await house.enter('speaker');
    await carla.speak();
    expect(announcedTo(beto)).toEqual([carla.peerId]);
    beto.channel.forget();
    house.engine.room.peers.find((it) => it.peerId === beto.peerId)?.events.mediaLost();
    expect(beto.channel.told('mediaLost')).toEqual([]);
  });

  it('[HG11] follows a role that changes while the way in is being opened', async () => {
    beto.media.working.hold();
    const listening = beto.request('listen', LISTEN);
    await call(beto);
    beto.media.working.open();
    expect((await listening).consumers).toHaveLength(4);
    await settled();
    expect(announcedTo(beto)).toEqual([mia.peerId, ana.peerId]);
    expect(house.journal.at(-1)).toBe('hears microphones');
  });

  it('[HG12] holds back no news, and tells of nothing that the snapshot will have', async () => {
    const carla = house.visitor({ role: 'audience' });
    house.engine.room.listening.hold();
    const joining = carla.request('join', LISTEN);
    await settled();
    await mia.request('changeSettings', { roomName: 'Ensayo' });
    house.engine.room.events.slotsChanged([ana.session.seat.producerId]);
    await ana.request('raiseHand', {});
    expect(carla.channel.notifications).toEqual([]);
    house.engine.room.listening.open();
    const { roomName, slots, peers, revision } = await joining;
    expect({ roomName, slots }).toEqual({ roomName: 'Ensayo', slots: [ana.peerId] });
    expect(peers.find(({ peerId }) => peerId === ana.peerId)?.hand).not.toBeNull();
    await ana.request('lowerHand', {});
    expect(carla.channel.told('rosterChanged')).toMatchObject([
      { since: revision, changed: [{ peerId: ana.peerId, hand: null }] },
    ]);
  });

  it('[HG13] comes with phrases over the socket where the way in has no channel for them', async () => {
    house.engine.room.hasPhraseChannels = false;
    await beto.listen();
    mia.say({ draftId: 'a1', text: 'Hola', language: 'es' });
    expect(beto.channel.told('phraseSaid')).toMatchObject([{ phrase: { text: 'Hola' } }]);
    expect(ana.channel.told('phraseSaid')).toEqual([]);
  });

  it('[HG14] is packed as the room says, and so again after a worker’s death', async () => {
    await mia.request('changeSettings', { audienceSound: 'thrifty' });
    await mia.request('changeSettings', { roomName: 'Ensayo' });
    expect(house.engine.room.audienceSounds).toEqual(['automatic', 'thrifty']);
    house.engine.room.events.died();
    await settled();
    expect(house.engine.rooms.map(({ audienceSounds }) => audienceSounds.at(-1))).toEqual([
      ...['thrifty', 'thrifty'],
    ]);
  });
});
