import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { S3Options } from '#server/storage/s3ObjectStore.ts';

/** Debian's, which has Swift. */
const PYTHON = '/usr/bin/python3';
const PROGRAM = fileURLToPath(new URL('./objectServer.py', import.meta.url));
const START_MS = 30_000;

/** A real server of the S3 protocol: OpenStack Swift in a process of its own, on loopback. */
export class ObjectServer {
  #directory = '';
  #process: ChildProcess | null = null;
  #port = 0;
  #buckets = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** With the objects that it had before, and at the same port. */
  async start(): Promise<void> {
    if (this.#directory === '') this.#directory = await mkdtemp(join(tmpdir(), 'cora-objects-'));
    const server = spawn(PYTHON, [PROGRAM, this.#directory, String(this.#port)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = server;
    const ended = once(server, 'exit').then(() => {
      throw new Error('the object server ended');
    });
    const [port] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
    ended.catch(() => {});
    this.#port = Number(port);
  }

  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** What Cora is told of a new, empty bucket. */
  async newBucket(): Promise<S3Options> {
    this.#buckets += 1;
    const options = {
      bucket: `bucket-${this.#buckets}`,
      endpoint: this.endpoint,
      region: 'us-east-1',
      accessKeyId: 'cora:tests',
      secretAccessKey: 'swift-key',
      prefix: 'cora/',
    };
    await clientOf(options).send(new CreateBucketCommand({ Bucket: options.bucket }));
    return options;
  }
}

/** One for all tests of a file. */
export function objectServer(): ObjectServer {
  const server = new ObjectServer();
  beforeAll(() => server.start(), START_MS);
  afterAll(() => server.remove());
  return server;
}

function clientOf({ endpoint, region, ...credentials }: S3Options): S3Client {
  return new S3Client({ endpoint: endpoint ?? '', region, credentials, forcePathStyle: true });
}

/** All keys in a bucket, sorted, as its server says. */
export async function keysIn(options: S3Options): Promise<string[]> {
  const client = clientOf(options);
  const keys: string[] = [];
  for (let StartAfter = ''; ;) {
    const list = new ListObjectsV2Command({ Bucket: options.bucket, StartAfter });
    const { Contents = [] } = await client.send(list);
    keys.push(...Contents.map(({ Key = '' }) => Key));
    if (Contents.length === 0) return keys.sort();
    StartAfter = keys.at(-1) ?? '';
  }
}

/** The keys of uploads that have begun and neither ended nor been aborted. */
export async function uploadsIn(options: S3Options): Promise<string[]> {
  const list = new ListMultipartUploadsCommand({ Bucket: options.bucket });
  const { Uploads = [] } = await clientOf(options).send(list);
  return Uploads.map(({ Key = '' }) => Key);
}

export async function beginUpload(options: S3Options, key: string): Promise<void> {
  const object = { Bucket: options.bucket, Key: key };
  await clientOf(options).send(new CreateMultipartUploadCommand(object));
}

/** What a server says of an object besides its content. */
export async function factsOf(
  options: S3Options,
  key: string,
): Promise<{ mimeType: string | undefined; etag: string | undefined }> {
  const object = { Bucket: options.bucket, Key: key, Range: 'bytes=0-0' };
  const { ContentType, ETag, Body } = await clientOf(options).send(new GetObjectCommand(object));
  await Body?.transformToByteArray();
  return { mimeType: ContentType, etag: ETag };
}
