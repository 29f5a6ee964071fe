import { ProtocolError, type RoomId } from '#protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOM_ID, SETTINGS } from '#tests/support/builders.ts';
import {
  ClusterNode,
  LEASE_MS,
  loggedPhrase,
  makeRoomOn,
  until,
} from '#tests/support/clusterNode.ts';
import { Redis } from '#tests/support/redis.ts';

const SENT = { wasSent: true } as const;

describe('servers that share rooms', () => {
  let redis: Redis;
  let a: ClusterNode;
  let b: ClusterNode;

  beforeEach(async () => {
    redis = await Redis.start();
    [a, b] = await Promise.all([
      new ClusterNode(redis.url, 'a').open(),
      new ClusterNode(redis.url, 'b').open(),
    ]);
  });

  afterEach(async () => {
    await Promise.all([a.cleanUp(), b.cleanUp()]);
    await redis.cleanUp();
  });

  it('[QS1] have a room once, however many take it at the same moment', async () => {
    const rooms = Array.from({ length: 20 }, (_, index) => `room-${String(index)}000` as RoomId);
    for (const roomId of rooms) {
      const outcomes = await Promise.all([a, b].map((node) => node.whereIs(roomId)));
      expect(outcomes.filter((it) => it === 'here')).toHaveLength(1);
      expect(outcomes).toContain(outcomes[0] === 'here' ? a.url : b.url);
    }
  });

  it('[QS2] send people to the one with the fewest, which is not about to stop', async () => {
    a.load = 200;
    await told(b, a);
    expect(await a.whereIs(ROOM_ID, {})).toBe(b.url);
    await b.directory.drain();
    expect(await a.whereIs(ROOM_ID, {})).toBe('here');
    expect(await b.whereIs(ROOM_ID, {})).toBe(a.url);
  });

  it('[QS3] follow one that ends without a word after the time of a lease', async () => {
    await a.directory.requireHere(ROOM_ID, SENT);
    a.die();
    const sinceMs = performance.now();
    await until(async () => (await b.whereIs(ROOM_ID)) === 'here');
    expect(performance.now() - sinceMs).toBeLessThan(2 * LEASE_MS);
  });

  it('[QS4] follow one that is asked to stop at once', async () => {
    makeRoomOn(a);
    a.kept.store.open(ROOM_ID).memory.release();
    await a.directory.drain();
    await a.directory.release();
    expect(await b.whereIs(ROOM_ID, {})).toBe('here');
    expect(b.kept.book.find(ROOM_ID)?.roomName).toBe('Coro');
  });

  it('[QS5] do nothing after a sleep before they have asked', async () => {
    await a.directory.requireHere(ROOM_ID, SENT);
    makeRoomOn(b, 'room-0000002' as RoomId);
    const { memory } = a.kept.store.open(ROOM_ID);
    a.clock.sleep();
    await until(async () => (await b.whereIs(ROOM_ID)) === 'here');

    expect(() => a.directory.requireAwake(ROOM_ID)).toThrow(/has to be asked/);
    expect(() => memory.keepPhrase(loggedPhrase(1))).toThrow(/has to be asked/);
    expect(a.lost).toEqual([]);
    a.clock.wake();
    await until(() => a.lost.length > 0);
    expect(a.lost).toEqual([ROOM_ID]);
    expect(await a.whereIs(ROOM_ID)).toBe(b.url);
    // Who slept, and whose room nobody took, goes on.
    b.clock.sleep();
    await delay(LEASE_MS * 1.5);
    expect(() => b.directory.requireAwake(ROOM_ID)).toThrow(ProtocolError);
    b.clock.wake();
    await until(() => isAwake(b));
  });

  it('[QS6] write nothing of a room that another had since', async () => {
    makeRoomOn(a);
    const room = a.directory.room(ROOM_ID);
    await until(async () => (await room?.flush()) === true);
    a.clock.sleep();
    await until(async () => (await b.whereIs(ROOM_ID)) === 'here');
    b.kept.book.put({ roomId: ROOM_ID, roomName: 'De b', settings: SETTINGS });
    await b.directory.room(ROOM_ID)?.flush();
    a.kept.book.put({ roomId: ROOM_ID, roomName: 'De a', settings: SETTINGS });
    await room?.flush();
    expect(await fieldOf(b, 'record')).toContain('De b');
    expect(a.directory.room(ROOM_ID)).toBeNull();
  });

  it('[QS7] go on with what they have while Redis is away, and take nothing', async () => {
    makeRoomOn(a);
    await redis.end();
    await delay(2 * LEASE_MS);
    await a.directory.requireHere(ROOM_ID);
    a.directory.requireAwake(ROOM_ID);
    a.kept.book.put({ roomId: ROOM_ID, roomName: 'Coro', settings: SETTINGS });
    await expect(b.directory.requireHere(ROOM_ID, SENT)).rejects.toMatchObject({
      code: 'SERVER_STOPPING',
    });
    await redis.begin();
  });

  it('[QS8] have what they had when Redis is back with nothing in it', async () => {
    makeRoomOn(a);
    await redis.end();
    const { memory } = a.kept.store.open(ROOM_ID);
    for (let seq = 1; seq <= 50; seq += 1) memory.keepPhrase(loggedPhrase(seq));
    await redis.begin();
    await until(async () => (await b.whereIs(ROOM_ID)) === a.url);
    await until(async () => (await a.directory.room(ROOM_ID)?.flush()) === true);
    memory.release();
    await a.directory.release();
    await until(async () => (await b.whereIs(ROOM_ID)) === 'here');
    expect(b.kept.store.open(ROOM_ID).kept.phrases.map(({ seq }) => seq)).toHaveLength(50);
  });

  it('[QS9] know a Redis that does not answer for one that is away', async () => {
    makeRoomOn(a);
    redis.signal('SIGSTOP');
    await delay(2 * LEASE_MS);
    await a.directory.requireHere(ROOM_ID);
    await expect(b.directory.requireHere(ROOM_ID, SENT)).rejects.toMatchObject({
      code: 'SERVER_STOPPING',
    });
    redis.signal('SIGCONT');
    await until(async () => (await b.whereIs(ROOM_ID)) === a.url);
  });

  it('[QS23] tell others of a room that was made meanwhile', async () => {
    await redis.end();
    makeRoomOn(a);
    await a.directory.requireHere(ROOM_ID);
    await redis.begin();
    await until(async () => (await b.whereIs(ROOM_ID)) === a.url);
    await a.directory.release();
    await until(async () => (await b.whereIs(ROOM_ID)) === 'here');
    expect(b.kept.book.invitations(ROOM_ID)).toHaveLength(1);
  });
});

const isAwake = (node: ClusterNode) => {
  try {
    node.directory.requireAwake('room-0000002' as RoomId);
    return true;
  } catch {
    return false;
  }
};

/** Until each has heard how the others are. */
async function told(...nodes: ClusterNode[]): Promise<void> {
  const loads = new Map(nodes.map(({ url, load }) => [url, load]));
  await until(() =>
    nodes.every(({ directory }) =>
      directory.servers.every(({ url, load }) => loads.get(url) === load),
    ),
  );
}

async function fieldOf(node: ClusterNode, field: string): Promise<string> {
  const [answer] = await node.directory.link.ask([['HGET', `cora:room:${ROOM_ID}`, field]]);
  return String(answer);
}
