import * as v from 'valibot';
import { endpoint, LOOPBACK_HOSTS, text } from './values.ts';

// Where finished recordings go when they are not to stay on this machine's disk.

export const OBJECT_STORAGE = {
  S3_BUCKET: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'write the name of a bucket')),
  ),
  S3_ENDPOINT: v.exactOptional(endpoint),
  S3_REGION: v.exactOptional(
    v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/i, 'write a region such as eu-south-2')),
  ),
  S3_ACCESS_KEY_ID: v.exactOptional(text('write the id of an access key')),
  S3_SECRET_ACCESS_KEY: v.exactOptional(text('write the secret of that access key')),
  S3_PREFIX: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^[\w.-]+(\/[\w.-]+)*\/?$/, 'write a folder such as cora/recordings'),
      v.transform((folder) => `${folder.replace(/\/$/, '')}/`),
    ),
  ),
} as const;

type Environment = v.InferOutput<ReturnType<typeof v.object<typeof OBJECT_STORAGE>>>;

export interface ObjectStorage {
  readonly bucket: string;
  /** Undefined for Amazon's own of that region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
}

const NEEDED = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
/** What servers other than Amazon's call theirs, unless told otherwise. */
const USUAL_REGION = 'us-east-1';

/** What is well formed alone and would not work, or not safely, together. */
export function objectStorageProblems(env: Environment): string[] {
  const given = Object.keys(OBJECT_STORAGE).filter((name) => name in env);
  if (given.length === 0) return [];
  const problems = NEEDED.filter((name) => env[name] === undefined).map(
    (name) => `${name}: ${given.join(', ')} alone cannot store recordings. Set it too, or none.`,
  );
  if (env.S3_ENDPOINT === undefined && env.S3_REGION === undefined) {
    problems.push(
      'S3_REGION: Amazon has a store in each region, so say which. For a store elsewhere set S3_ENDPOINT.',
    );
  }
  if (env.S3_ENDPOINT?.startsWith('http:') && !isLoopback(env.S3_ENDPOINT)) {
    problems.push('S3_ENDPOINT: recordings would travel without TLS. Write its https:// address.');
  }
  return problems;
}

/** Undefined when recordings stay on this machine's disk. Expects settings without problems. */
export function toObjectStorage(env: Environment): ObjectStorage | undefined {
  const { S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = env;
  if (!S3_BUCKET || !S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) return undefined;
  return {
    bucket: S3_BUCKET,
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION ?? USUAL_REGION,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    prefix: env.S3_PREFIX ?? '',
  };
}

function isLoopback(url: string): boolean {
  return LOOPBACK_HOSTS.includes(new URL(url).hostname);
}
