import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RedisLink } from '#server/cluster/redisLink.ts';
import { BEAT } from '#server/cluster/scripts.ts';
import type { Clock } from '#server/session/ports.ts';
import { until } from '#tests/support/clusterNode.ts';
import { FakeLog } from '#tests/support/fakes.ts';
import { Redis } from '#tests/support/redis.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const clock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

describe('a link to Redis', () => {
  let redis: Redis;
  let relay: Relay;
  let log: FakeLog;
  let link: RedisLink;

  beforeEach(async () => {
    redis = await Redis.start();
    relay = await Relay.to(redis.url);
    log = new FakeLog();
    link = new RedisLink({ url: relay.url, clock, log });
    link.open();
    await until(() => link.standsForMs > 0);
  });

  afterEach(async () => {
    link.close();
    relay.close();
    await redis.cleanUp();
  });

  it('[QS10] is made anew where it is silent, and hears again', async () => {
    const heard: string[] = [];
    const end = link.subscribe('news', (message) => heard.push(message));
    const isHeard = async (message: string) => {
      await link.publish('news', message);
      return heard.includes(message);
    };
    await until(() => isHeard('before'));
    relay.hush();
    await expect(link.ask([['PING']])).rejects.toThrow('no answer in time');
    expect(link.standsForMs).toBe(0);
    await until(() => link.standsForMs > 0);
    await until(() => isHeard('after'));
    end();
  });

  it('[QS11] says why where Redis does not write', async () => {
    await link.ask([['CONFIG', 'SET', 'maxmemory', '1']]);
    await expect(link.run(BEAT, 'a', '{}', '1000', 'https://a.example.org')).rejects.toThrow('OOM');
    expect(link.standsForMs).toBe(0);
    const [said] = log.lines.filter(({ level }) => level === 'error');
    expect(String(said?.facts['err'])).toContain('OOM');
  });
});

/** Stands before Redis, and can fall silent as a network does. */
class Relay {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async to(url: string): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, Number(new URL(url).port));
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `redis://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#sockets.delete(socket));
      }
    });
  }

  /** Nothing passes any more over the connections that stand; new ones are as before. */
  hush(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
