import { RELEASE, roomKey } from '#server/cluster/scripts.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { ClusterNode, makeRoomOn, until } from '#tests/support/clusterNode.ts';
import { Redis } from '#tests/support/redis.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('what stands in Redis, or comes over it', () => {
  let redis: Redis;
  let a: ClusterNode;
  let b: ClusterNode;

  beforeAll(async () => {
    redis = await Redis.start();
    [a, b] = await Promise.all([
      new ClusterNode(redis.url, 'a').open(),
      new ClusterNode(redis.url, 'b').open(),
    ]);
    await until(() => [a, b].every(({ directory }) => directory.servers.length === 2));
  });
  afterAll(async () => {
    await Promise.all([a.cleanUp(), b.cleanUp()]);
    await redis.cleanUp();
  });

  it('[QS12] is no server where it cannot be read, or leads nowhere', async () => {
    const there = { load: 0, draining: false, until: Date.now() + 60_000 };
    const astray = { ...there, nodeId: 'c', url: 'https://c.example.org; script-src *' };
    const known = { ...there, nodeId: 'd', url: 'https://d.example.org' };
    const entries = ['c', JSON.stringify(astray), 'd', JSON.stringify(known)];
    const junk = ['e', '{"until"', 'f', '7', 'g', '{"until":"later"}'];
    await b.directory.link.ask([['HSET', 'cora:nodes', ...entries, ...junk]]);
    await until(() => a.directory.origins.includes(known.url));
    expect(a.directory.origins.toSorted()).toEqual([a.url, b.url, known.url]);
    await b.directory.link.ask([['HDEL', 'cora:nodes', 'c', 'd']]);
  });

  it('[QS13] is not heard where it is of a stranger, or cannot be read', async () => {
    const heard: unknown[] = [];
    a.directory.line.answer('say', (body) => void heard.push(body));
    const say = (message: object) =>
      b.directory.link.publish(
        'cora:to:a',
        JSON.stringify({ kind: 'tell', name: 'say', ...message }),
      );
    await say({ from: 'stranger', body: 1 });
    await say({ from: 'b', body: 2, more: true });
    await say({ from: 'b', body: 'x'.repeat(100_000) });
    await b.directory.link.publish('cora:to:a', '{"kind"');
    await say({ from: 'b', body: 3 });
    await b.directory.line.ask('a', 'say', 4);
    expect(heard).toEqual([3, 4]);
    await expect(b.directory.line.ask('a', 'sing', 5)).rejects.toThrow('nobody answers sing');
  });

  it('[QS14] is not in good order where a server has it on', async () => {
    makeRoomOn(a);
    const room = a.directory.room(ROOM_ID);
    await until(async () => (await room?.flush()) === true);
    await a.directory.link.run(RELEASE, ROOM_ID, room?.fence ?? '');
    const released = async () =>
      (await a.directory.link.ask([['HGET', roomKey(ROOM_ID), 'released']]))[0];
    expect(await released()).toBe('1');
    await until(async () => (await released()) === null);
    expect(a.directory.room(ROOM_ID)).toBe(room);
  });
});
