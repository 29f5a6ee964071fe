import type { RoomCreated } from '#protocol';
import { randomBytes } from 'node:crypto';
import { Redis, freePort } from './redis.ts';
import { ServerProcess } from './server.ts';

const PIPE_PORTS = 40;

/** Servers as processes that share rooms through a Redis of their own. */
export class Cluster {
  readonly redis: Redis;
  readonly servers: ServerProcess[] = [];
  readonly #environment: Readonly<Record<string, string>>;

  static async start(
    count: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Cluster> {
    const cluster = new Cluster(await Redis.start(), environment);
    await Promise.all(Array.from({ length: count }, () => cluster.add()));
    return cluster;
  }

  private constructor(redis: Redis, environment: Readonly<Record<string, string>>) {
    this.redis = redis;
    this.#environment = {
      REDIS_URL: redis.url,
      TOKEN_SECRET: randomBytes(48).toString('base64'),
      PIPE_PORTS: String(PIPE_PORTS),
      ...environment,
    };
  }

  async add(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const server = await ServerProcess.start({
      environment: {
        ...this.#environment,
        PIPE_PORT: String((await freePort()) - PIPE_PORTS),
        ...environment,
      },
    });
    this.servers.push(server);
    return server;
  }

  /** The one that has a room, as its log says. */
  holderOf({ roomId }: RoomCreated): ServerProcess | null {
    const lastTaken = (server: ServerProcess) =>
      server.logLines.findLastIndex(
        (line) => line.includes('"room opened"') && line.includes(roomId),
      );
    return this.servers.find((server) => lastTaken(server) >= 0) ?? null;
  }

  async cleanUp(): Promise<void> {
    await Promise.all(
      this.servers.map(async (server) => {
        server.signal('SIGCONT');
        await server.end('SIGKILL');
        await server.cleanUp();
      }),
    );
    await this.redis.cleanUp();
  }
}
