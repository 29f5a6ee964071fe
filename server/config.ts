import { availableParallelism } from 'node:os';
import path from 'node:path';
import { MAX_PEERS, MAX_SLOTS } from '#protocol';
import * as v from 'valibot';
import { CLUSTER, clusterProblems, toCluster, type Cluster } from './config/cluster.ts';
import { USUAL_JOINS_PER_SECOND } from './domain/addressRates.ts';
import {
  ICE_SERVERS,
  iceServerProblems,
  toIceServers,
  type IceServerSettings,
} from './config/iceServers.ts';
import {
  OBJECT_STORAGE,
  objectStorageProblems,
  toObjectStorage,
  type ObjectStorage,
} from './config/objectStorage.ts';
import { SPEECH, speechProblems, toSpeech, type Speech } from './config/speech.ts';
import { trustedProxies, type IsTrustedProxy } from './config/trustedProxies.ts';
import {
  address,
  directory,
  integer,
  list,
  LOOPBACK_HOSTS,
  MIN_SECRET_LENGTH,
  origin,
  strongSecret,
} from './config/values.ts';

/** Exit code of a server that was told nonsense: EX_CONFIG of sysexits.h. */
export const EXIT_CONFIG = 78;

const MAX_WORKERS = 64;
const ANY_ADDRESSES = ['0.0.0.0', '::'];

/** Every setting, by the environment variable that carries it. The README explains them. */
const EnvironmentSchema = v.object({
  HOST: v.optional(v.pipe(v.string(), v.ip('write an IP address to listen on')), '127.0.0.1'),
  PORT: v.optional(integer(0, 65_535), '3000'),
  PUBLIC_URL: v.exactOptional(origin),
  ALLOWED_ORIGINS: v.optional(v.pipe(list, v.array(origin)), ''),
  TRUSTED_PROXIES: v.optional(trustedProxies, ''),
  LISTEN_IP: v.optional(v.pipe(v.string(), v.ip('write an IP address')), '127.0.0.1'),
  ANNOUNCED_ADDRESS: v.exactOptional(address),
  RTC_PORT: v.optional(integer(0, 65_535), '40000'),
  WORKERS: v.optional(integer(1, MAX_WORKERS), () =>
    String(Math.min(availableParallelism(), MAX_WORKERS)),
  ),
  STAGE_SLOTS: v.optional(integer(1, MAX_SLOTS), '3'),
  WORKER_CONSUMERS: v.optional(integer(0, 100_000), '2000'),
  MAX_RECORDING_MINUTES: v.optional(integer(1, 1_440), '240'),
  ADDRESS_JOINS_PER_SECOND: v.optional(integer(1, 10_000), String(USUAL_JOINS_PER_SECOND)),
  MAX_PEERS_PER_ROOM: v.optional(integer(1, MAX_PEERS), '3000'),
  RECORDINGS_DIR: v.optional(directory, 'recordings'),
  RETENTION_DAYS: v.optional(integer(0, 36_500), '30'),
  ...ICE_SERVERS,
  STOP_TIMEOUT_SECONDS: v.optional(integer(5, 600), '5'),
  ...OBJECT_STORAGE,
  ...SPEECH,
  ...CLUSTER,
  DATA_DIR: v.optional(directory, 'data'),
  TOKEN_SECRET: v.exactOptional(strongSecret),
  TOKEN_SECRET_PREVIOUS: v.exactOptional(strongSecret),
  LOG_LEVEL: v.optional(
    v.picklist(
      ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
      'write fatal, error, warn, info, debug or silent',
    ),
    'info',
  ),
});

type Environment = v.InferOutput<typeof EnvironmentSchema>;

export interface Config {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where people reach the server; undefined means on this machine only. */
  readonly publicUrl: string | undefined;
  readonly allowedOrigins: readonly string[];
  readonly isTrustedProxy: IsTrustedProxy;
  readonly listenIp: string;
  readonly announcedAddress: string | undefined;
  readonly rtcPort: number;
  /** What browsers are told to get through firewalls with. */
  readonly iceServers: IceServerSettings;
  readonly workers: number;
  /** How many voices of the stage an audience hears at once. */
  readonly stageSlots: number;
  /** How many Consumers a worker has before other workers, or servers, are asked first. */
  readonly workerConsumers: number;
  /** How many come in through one address a second, for long. */
  readonly addressJoinsPerSecond: number;
  readonly maxPeersPerRoom: number;
  readonly maxRecordingMinutes: number;
  readonly recordingsDirectory: string;
  /** 0 keeps recordings until somebody deletes them. */
  readonly retentionDays: number;
  /** How long a stop may take, all in all. */
  readonly stopTimeoutMs: number;
  /** Where recordings go when they are done; undefined keeps them in their directory. */
  readonly objectStorage: ObjectStorage | undefined;
  /** What it shares its rooms with; undefined where it is alone. */
  readonly cluster: Cluster | undefined;
  /** Who reads phrases aloud. */
  readonly speech: Speech;
  readonly dataDirectory: string;
  /** What signs tokens; undefined where the server keeps one itself. */
  readonly tokenSecret: string | undefined;
  /** What signed them before, and is still taken. */
  readonly previousTokenSecret: string | undefined;
  readonly logLevel: string;
}

/** Settings that a server must not start with. Its message is what an operator reads. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: readonly string[]) {
    super(`Cora cannot start with these settings:\n${problems.map((it) => `  ${it}\n`).join('')}`);
  }
}

/**
 * Reads the settings from environment variables.
 * @throws ConfigError with one line a problem: the variable's name, what is wrong, what to do
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(EnvironmentSchema.entries).flatMap((name) =>
      environment[name] === undefined ? [] : [[name, environment[name]]],
    ),
  );
  const parsed = v.safeParse(EnvironmentSchema, given, { abortPipeEarly: true });
  if (!parsed.success) {
    const byName = new Map(parsed.issues.map((issue) => [issue.path?.[0].key, issue.message]));
    throw new ConfigError([...byName].map(([name, message]) => `${name}: ${message}.`));
  }
  const problems = unsafe(parsed.output);
  if (problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.output);
}

/**
 * Holds a secret read from a file of `dataDirectory` to what TOKEN_SECRET is held to.
 * @throws ConfigError
 */
export function requireStrongSecret(secret: string, dataDirectory: string, file: string): string {
  if (secret.length >= MIN_SECRET_LENGTH) return secret;
  throw new ConfigError([
    `DATA_DIR: ${path.join(dataDirectory, file)} is too short to be a secret. Delete it, and links that were signed with it end; the server makes the one that it signs with anew.`,
  ]);
}

/** What is well formed and would still leave people without sound, or without safety. */
function unsafe(env: Environment): string[] {
  const problems: string[] = [];
  const publicUrl = env.PUBLIC_URL === undefined ? undefined : new URL(env.PUBLIC_URL);
  const isPublic = publicUrl !== undefined && !LOOPBACK_HOSTS.includes(publicUrl.hostname);

  if (isPublic && publicUrl.protocol === 'http:') {
    problems.push(
      'PUBLIC_URL: browsers give no microphone to a page without TLS. Put a TLS proxy in front and write https://.',
    );
  }
  if (!LOOPBACK_HOSTS.includes(env.HOST) && publicUrl?.protocol === 'http:' && !isPublic) {
    problems.push(
      `HOST: ${env.HOST} can be reached from outside, and PUBLIC_URL has no TLS. Keep HOST at 127.0.0.1 behind a TLS proxy, or write the proxy's https:// address.`,
    );
  }
  if (ANY_ADDRESSES.includes(env.ANNOUNCED_ADDRESS ?? '')) {
    problems.push(
      `ANNOUNCED_ADDRESS: ${env.ANNOUNCED_ADDRESS} is no address that a browser can reach. Write this machine's own.`,
    );
  }
  if (env.RTC_PORT > 0 && env.RTC_PORT + env.WORKERS - 1 > 65_535) {
    problems.push(
      `RTC_PORT: ${env.WORKERS} workers count up from ${env.RTC_PORT} and pass 65535. Begin lower.`,
    );
  }
  if (!LOOPBACK_HOSTS.includes(env.HOST) && !publicUrl) {
    problems.push(
      `HOST: ${env.HOST} can be reached from outside, so PUBLIC_URL must say the address people will use, such as https://cora.example.org.`,
    );
  }
  if (ANY_ADDRESSES.includes(env.LISTEN_IP) && env.ANNOUNCED_ADDRESS === undefined) {
    problems.push(
      `LISTEN_IP: ${env.LISTEN_IP} stands for every address, and browsers must be told one. Set ANNOUNCED_ADDRESS to this machine's public address.`,
    );
  }
  if (isPublic && LOOPBACK_HOSTS.includes(env.LISTEN_IP) && env.ANNOUNCED_ADDRESS === undefined) {
    problems.push(
      `LISTEN_IP: with PUBLIC_URL=${publicUrl.origin} sound must be reachable too. Set LISTEN_IP to this machine's address, or to 0.0.0.0 with ANNOUNCED_ADDRESS.`,
    );
  }
  if (env.TOKEN_SECRET_PREVIOUS !== undefined && env.TOKEN_SECRET === undefined) {
    problems.push(
      'TOKEN_SECRET_PREVIOUS: it is what signed before TOKEN_SECRET, which is not set. Set that too, or leave this out.',
    );
  } else if (
    env.TOKEN_SECRET_PREVIOUS !== undefined &&
    env.TOKEN_SECRET_PREVIOUS === env.TOKEN_SECRET
  ) {
    problems.push(
      'TOKEN_SECRET_PREVIOUS: it is the same as TOKEN_SECRET. Write a new TOKEN_SECRET, and the one that it replaces here.',
    );
  }
  return [
    ...problems,
    ...iceServerProblems(env),
    ...objectStorageProblems(env),
    ...speechProblems(env),
    ...clusterProblems(env),
  ];
}

function toConfig(env: Environment): Config {
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    allowedOrigins: env.ALLOWED_ORIGINS,
    isTrustedProxy: env.TRUSTED_PROXIES,
    listenIp: env.LISTEN_IP,
    announcedAddress: env.ANNOUNCED_ADDRESS,
    rtcPort: env.RTC_PORT,
    iceServers: toIceServers(env),
    workers: env.WORKERS,
    stageSlots: env.STAGE_SLOTS,
    workerConsumers: env.WORKER_CONSUMERS,
    addressJoinsPerSecond: env.ADDRESS_JOINS_PER_SECOND,
    maxPeersPerRoom: env.MAX_PEERS_PER_ROOM,
    maxRecordingMinutes: env.MAX_RECORDING_MINUTES,
    recordingsDirectory: env.RECORDINGS_DIR,
    retentionDays: env.RETENTION_DAYS,
    stopTimeoutMs: env.STOP_TIMEOUT_SECONDS * 1_000,
    objectStorage: toObjectStorage(env),
    speech: toSpeech(env),
    cluster: toCluster(env),
    dataDirectory: env.DATA_DIR,
    tokenSecret: env.TOKEN_SECRET,
    previousTokenSecret: env.TOKEN_SECRET_PREVIOUS,
    logLevel: env.LOG_LEVEL,
  };
}
