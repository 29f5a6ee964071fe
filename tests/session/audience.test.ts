import { beforeEach, describe, expect, it } from 'vitest';
import { isShownToAudience, type PeerId, type PeerInfo, type Role } from '#protocol';
import { House, type Visitor } from '#tests/support/house.ts';
import { Onlooker } from '#tests/support/onlooker.ts';

const BATCH_MS = 100;
const COUNT_MS = 1_000;

describe('whom an audience is told of', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House({ maxPeersPerRoom: 400, rosterBatchMs: BATCH_MS });
    mia = await house.enter('moderator', { displayName: 'Mia' });
    ana = await house.enter('audience', { displayName: 'Ana' });
    beto = await house.enter('audience', { displayName: 'Beto' });
    house.clock.advance(COUNT_MS);
    for (const { channel } of [mia, ana, beto]) channel.forget();
  });

  const told = ({ channel }: Visitor) => channel.told('rosterChanged');
  const setRole = (peerId: PeerId, role: Role) => mia.request('setRole', { peerId, role });
  const call = async (visitor: Visitor) => {
    await mia.request('giveFloor', { peerId: visitor.peerId });
    await visitor.request('answerFloor', { accept: true });
  };

  it('[AV1] is the stage, and themselves', async () => {
    const carla = house.visitor({ role: 'audience' });
    const { peers, audience } = await carla.join();
    expect(peers.map(({ peerId }) => peerId)).toEqual([mia.peerId, carla.peerId]);
    expect(audience).toBe(3);
    const { peers: all } = await house.visitor({ role: 'speaker' }).join();
    expect(all).toHaveLength(5);
    house.clock.advance(COUNT_MS);
    expect(ana.channel.roster.joined.map(({ role }) => role)).toEqual(['speaker']);
    expect(mia.channel.roster.joined.map(({ role }) => role)).toEqual(['audience', 'speaker']);
  });

  it('[AV2] is who raises a hand, until it is lowered', async () => {
    await ana.request('raiseHand', {});
    house.clock.advance(BATCH_MS);
    expect(told(beto)).toMatchObject([{ joined: [{ peerId: ana.peerId, hand: { number: 1 } }] }]);
    await ana.request('lowerHand', {});
    house.clock.advance(BATCH_MS);
    expect(told(beto).at(-1)).toMatchObject({ left: [ana.peerId], audience: 2 });
    expect(told(ana).at(-1)).toMatchObject({
      left: [],
      changed: [{ peerId: ana.peerId, hand: null }],
    });
  });

  it('[AV3] is a hundred hands and not more, and the next one when one is gone', async () => {
    const crowd: Visitor[] = [];
    for (let came = 0; came < 103; came += 1) crowd.push(await house.enter('audience'));
    for (const each of crowd) await each.request('raiseHand', {});
    house.clock.advance(COUNT_MS);
    const shown = () => new Set(Onlooker.of(beto).peers.keys());
    expect(crowd.filter(({ peerId }) => shown().has(peerId))).toEqual(crowd.slice(0, 100));
    await crowd[7]!.request('lowerHand', {});
    await crowd[100]!.request('leave', {});
    await call(crowd[3]!);
    house.clock.advance(COUNT_MS);
    const now = crowd.filter((_, index) => ![7, 100].includes(index) && index <= 102);
    expect(crowd.filter(({ peerId }) => shown().has(peerId))).toEqual(now);
    const { peers } = await house.visitor({ role: 'audience' }).join();
    expect(new Set(peers.slice(0, -1).map(({ peerId }) => peerId))).toEqual(
      new Set([mia.peerId, ...now.map(({ peerId }) => peerId)]),
    );
  });

  it('[AV4] is told to themselves alone where the audience does not see them', async () => {
    await mia.request('mutePeer', { peerId: ana.peerId });
    await mia.request('changeSettings', { selfUnmute: false });
    house.clock.advance(BATCH_MS);
    expect(told(ana).flatMap(({ changed }) => changed)).toContainEqual({
      peerId: ana.peerId,
      mayUnmute: false,
    });
    expect(told(beto).flatMap(({ changed }) => changed.map(({ peerId }) => peerId))).not.toContain(
      ana.peerId,
    );
  });

  it('[AV11] is all that is different about themselves, also of when they were shown', async () => {
    const watching = await Onlooker.join(house.visitor({ role: 'audience' }));
    const ana = watching.visitor;
    await ana.request('raiseHand', {});
    house.clock.advance(BATCH_MS);
    await mia.request('changeSettings', { selfUnmute: false });
    await ana.request('lowerHand', {});
    house.clock.advance(COUNT_MS);
    expect(watching.look().peers.get(ana.peerId)).toMatchObject({ hand: null, mayUnmute: false });
  });

  it('[AV12] is told once a second at most of what is of nobody but one who is not shown', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      beto.lose();
      house.clock.advance(BATCH_MS);
      beto = house.comeBack(beto)!;
      await beto.join();
    }
    expect(told(ana)).toEqual([]);
    house.clock.advance(COUNT_MS - 5 * BATCH_MS);
    expect(told(ana)).toHaveLength(1);
  });

  it('[AV5] is a number, once a second, for those who are not shown', async () => {
    for (let came = 0; came < 5; came += 1) {
      await house.enter('audience');
      house.clock.advance(BATCH_MS);
    }
    expect(told(beto)).toEqual([]);
    house.clock.advance(COUNT_MS - 5 * BATCH_MS);
    expect(told(beto)).toMatchObject([{ left: [], changed: [], joined: [], audience: 7 }]);
    expect(told(mia).length).toBeGreaterThan(1);
    await house.enter('audience');
    await house.enter('speaker');
    house.clock.advance(BATCH_MS);
    expect(told(beto)).toMatchObject([{ audience: 7 }, { audience: 8 }]);
  });

  it('[AV6] comes before what is numbered after it', async () => {
    await house.enter('audience');
    await mia.request('changeSettings', { roomName: 'Ensayo' });
    for (const { channel } of [mia, beto]) {
      expect(channel.notifications).toMatchObject([
        { name: 'rosterChanged', body: { since: 4, revision: 5, audience: 3 } },
        { name: 'settingsChanged', body: { revision: 6 } },
      ]);
    }
  });

  it('[AV7] is another where one comes on the stage or leaves it', async () => {
    const carla = await house.enter('audience');
    await call(ana);
    const names = ana.channel.notifications.map(({ name }) => name);
    expect(names.indexOf('rosterReplaced')).toBe(names.length - 1);
    const [{ peers, audience }] = ana.channel.told('rosterReplaced') as [
      { peers: PeerInfo[]; audience: number },
    ];
    expect(peers.map(({ peerId }) => peerId)).toEqual(
      [mia, ana, beto, carla].map(({ peerId }) => peerId),
    );
    expect(audience).toBe(2);
    house.clock.advance(COUNT_MS);
    ana.channel.forget();
    await house.enter('audience');
    house.clock.advance(BATCH_MS);
    expect(ana.channel.roster.joined).toHaveLength(1);
    await setRole(ana.peerId, 'audience');
    expect(ana.channel.told('rosterReplaced')).toMatchObject([
      { peers: [{ peerId: mia.peerId }, { peerId: ana.peerId }], audience: 4 },
    ]);
    expect(mia.channel.told('rosterReplaced')).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('[AV8] is always right, without a gap: run %i', async (run) => {
    const random = lottery(run);
    const people: Visitor[] = [mia, ana, beto];
    const onlookers: Onlooker[] = [];
    for (let act = 0; act < 400; act += 1) {
      const somebody = people[1 + Math.floor(random() * (people.length - 1))]!;
      const { peerId } = somebody;
      const may = (what: () => Promise<unknown>) => what().catch(() => undefined);
      const acts: (() => Promise<unknown>)[] = [
        async () => people.push(await house.enter(random() < 0.8 ? 'audience' : 'speaker')),
        () => may(() => somebody.request('raiseHand', {})),
        () => may(() => somebody.request('lowerHand', {})),
        () => may(() => call(somebody)),
        () => may(() => mia.request('giveFloor', { peerId })),
        () => may(() => setRole(peerId, 'audience')),
        () => may(() => mia.request('mutePeer', { peerId })),
        () => may(() => mia.request('changeSettings', { roomName: `Sala ${String(act)}` })),
        () => may(() => mia.request('changeSettings', { selfUnmute: random() < 0.5 })),
        async () => house.clock.advance(Math.floor(random() * 700)),
        async () => {
          const visitor = house.visitor({ role: random() < 0.7 ? 'audience' : 'speaker' });
          onlookers.push(await Onlooker.join(visitor));
          people.push(visitor);
        },
        async () => {
          if (people.length < 6 || onlookers.some((it) => it.visitor === somebody)) return;
          people.splice(people.indexOf(somebody), 1);
          await somebody.request('leave', {});
        },
      ];
      await acts[Math.floor(random() * acts.length)]!();
    }
    house.clock.advance(COUNT_MS);
    const { peers: all } = await Onlooker.join(house.visitor({ role: 'moderator' }));
    house.clock.advance(COUNT_MS);
    for (const { visitor, peers, audience, gaps } of onlookers.map((it) => it.look())) {
      const isOnStage = visitor.session.role !== 'audience';
      const seen = [...all.values()].filter(
        (peer) => isOnStage || isShownToAudience(peer) || peer.peerId === visitor.peerId,
      );
      expect(sorted([...peers.values()])).toEqual(sorted(seen));
      expect(gaps).toBe(0);
      expect(audience).toBe([...all.values()].filter(({ role }) => role === 'audience').length);
    }
  });
});

const sorted = (peers: readonly PeerInfo[]) =>
  peers.toSorted((a, b) => a.peerId.localeCompare(b.peerId));

/** The same numbers for the same seed (mulberry32). */
function lottery(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
