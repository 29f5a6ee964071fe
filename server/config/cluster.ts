import * as v from 'valibot';
import { address, integer, LOOPBACK_HOSTS, origin } from './values.ts';

// What makes one of several servers that share their rooms.

export const CLUSTER = {
  REDIS_URL: v.exactOptional(
    v.pipe(
      v.string(),
      v.url('write an address such as rediss://:password@redis.example.org:6379'),
      v.transform((value) => new URL(value)),
      v.check(({ protocol }) => /^rediss?:$/.test(protocol), 'begin it with rediss:// or redis://'),
      v.transform((url) => url.href),
    ),
  ),
  NODE_URL: v.exactOptional(origin),
  NODE_ID: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[\w.-]{1,40}$/, 'write up to 40 letters, digits, dots or dashes')),
  ),
  PIPE_IP: v.exactOptional(v.pipe(v.string(), v.ip('write an IP address'))),
  PIPE_ANNOUNCED_ADDRESS: v.exactOptional(address),
  PIPE_PORT: v.optional(integer(1, 65_535), '41000'),
  PIPE_PORTS: v.optional(integer(2, 10_000), '1000'),
} as const;

interface Environment extends v.InferOutput<ReturnType<typeof v.object<typeof CLUSTER>>> {
  readonly LISTEN_IP: string;
  readonly ANNOUNCED_ADDRESS?: string;
  readonly TOKEN_SECRET?: string;
}

export interface Cluster {
  readonly redisUrl: string;
  /** Where browsers reach this server; undefined for where they reach all of them. */
  readonly nodeUrl: string | undefined;
  /** What logs and other servers call it; undefined for a name at random. */
  readonly nodeId: string | undefined;
  /** Where sound from and to other servers arrives. */
  readonly pipe: {
    readonly ip: string;
    readonly announcedAddress: string | undefined;
    readonly minPort: number;
    readonly maxPort: number;
  };
}

/** What is well formed alone and would not work, or not safely, together. */
export function clusterProblems(env: Environment): string[] {
  if (env.REDIS_URL === undefined) return [];
  const problems: string[] = [];
  if (env.TOKEN_SECRET === undefined) {
    problems.push(
      'TOKEN_SECRET: servers that share their rooms take the same links. Set the same one on each, for example from: openssl rand -base64 48',
    );
  }
  if (env.PIPE_PORT + env.PIPE_PORTS - 1 > 65_535) {
    problems.push(
      `PIPE_PORT: ${env.PIPE_PORTS} ports from ${env.PIPE_PORT} pass 65535. Begin lower.`,
    );
  }
  return problems;
}

/** Undefined for a server that is alone. Expects settings without problems. */
export function toCluster(env: Environment): Cluster | undefined {
  if (env.REDIS_URL === undefined) return undefined;
  return {
    redisUrl: env.REDIS_URL,
    nodeUrl: env.NODE_URL,
    nodeId: env.NODE_ID,
    pipe: {
      ip: env.PIPE_IP ?? env.LISTEN_IP,
      announcedAddress: env.PIPE_ANNOUNCED_ADDRESS ?? env.ANNOUNCED_ADDRESS,
      minPort: env.PIPE_PORT,
      maxPort: env.PIPE_PORT + env.PIPE_PORTS - 1,
    },
  };
}

/** What anybody on the way to Redis could read or do: what people write, and who may moderate. */
export function isOpenToStrangers(redisUrl: string, isPrivate: (host: string) => boolean): boolean {
  const { protocol, password, hostname } = new URL(redisUrl);
  if (LOOPBACK_HOSTS.includes(hostname) || isPrivate(hostname)) return false;
  return protocol === 'redis:' || password === '';
}
