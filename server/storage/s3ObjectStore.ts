import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteRange, ByteStream, ObjectStore } from '../session/ports.ts';

export interface S3Options {
  readonly bucket: string;
  /** Undefined for Amazon's own of that region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Stands before every key: empty, or ending in a slash. */
  readonly prefix: string;
  /** How long a part may take to be sent, and how long nothing may come of an object. 60 s if left out. */
  readonly timeoutMs?: number;
}

/** The least that S3 takes but for a last part. One is in memory, and hashed in one go to be signed. */
export const PART_BYTES = 5 * 1_024 * 1_024;
const CONNECT_MS = 5_000;
const TIMEOUT_MS = 60_000;
/** Each holds one listener who reads, perhaps slowly, or one part. */
const MAX_SOCKETS = 256;

/** A bucket of Amazon S3 or of a server that speaks its protocol. The client retries for seconds. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(options: S3Options) {
    const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey } = options;
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#client = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      // Servers other than Amazon's seldom have a name for each bucket.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      // Many of them refuse the checksums that the client has added of itself since 2025.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: timeoutMs,
        throwOnRequestTimeout: true,
        socketTimeout: timeoutMs,
        httpAgent: { maxSockets: MAX_SOCKETS },
        httpsAgent: { maxSockets: MAX_SOCKETS },
      },
    });
  }

  /** Rejects when the bucket is not there, or not for these keys. */
  async check(): Promise<void> {
    // Not HeadBucket: the answer to a HEAD has no room to say what is wrong.
    const list = { Bucket: this.#bucket, Prefix: this.#prefix, MaxKeys: 1 };
    await explained(this.#client.send(new ListObjectsV2Command(list)));
  }

  async put(
    key: string,
    { localPath, mimeType, signal }: { localPath: string; mimeType: string; signal: AbortSignal },
  ): Promise<void> {
    const object = { ...this.#at(key), ContentType: mimeType };
    const file = await open(localPath, 'r');
    try {
      const first = await readPart(file);
      if (first.byteLength === PART_BYTES) await this.#putParts(object, { file, first, signal });
      else await explained(this.#client.send(new PutObjectCommand({ ...object, Body: first })));
    } finally {
      await file.close();
    }
  }

  async read(key: string, range: ByteRange | null): Promise<ByteStream | null> {
    const bytes = range && { Range: `bytes=${range.start}-${range.end}` };
    const reading = this.#client.send(new GetObjectCommand({ ...this.#at(key), ...bytes }));
    try {
      const { Body } = await explained(reading);
      // In Node the client answers with a stream of Node's; its type tells of browsers too.
      return Body as unknown as ByteStream;
    } catch (error) {
      if (error instanceof S3Error && error.code === 'NoSuchKey') return null;
      throw error;
    }
  }

  async removeAll(prefix: string): Promise<void> {
    const list = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
    await this.#abortUploads(list);
    for (let token: string | undefined; ;) {
      const more = token === undefined ? {} : { ContinuationToken: token };
      const page = await explained(
        this.#client.send(new ListObjectsV2Command({ ...list, ...more })),
      );
      // One by one: deleting many in one request wants checksums on which servers differ.
      for (const { Key } of page.Contents ?? []) {
        const object = { Bucket: this.#bucket, Key };
        await explained(this.#client.send(new DeleteObjectCommand(object)));
      }
      token = page.NextContinuationToken;
      if (!page.IsTruncated || token === undefined) return;
    }
  }

  async #putParts(
    object: { Bucket: string; Key: string; ContentType: string },
    { file, first, signal }: { file: FileHandle; first: Buffer; signal: AbortSignal },
  ): Promise<void> {
    const { Bucket, Key } = object;
    // Parts that a server left which died meanwhile are paid for and never seen. To look for them
    // may not be allowed, and is no reason to keep the file here.
    await this.#abortUploads({ Bucket, Prefix: Key }).catch(() => {});
    const create = new CreateMultipartUploadCommand(object);
    const { UploadId } = await explained(this.#client.send(create));
    const upload = { Bucket, Key, UploadId };
    try {
      const Parts: CompletedPart[] = [];
      for (let Body = first; Body.byteLength > 0; Body = await readPart(file)) {
        signal.throwIfAborted();
        const part = { ...upload, PartNumber: Parts.length + 1, Body };
        const { ETag } = await explained(this.#client.send(new UploadPartCommand(part)));
        Parts.push({ ETag, PartNumber: part.PartNumber });
      }
      const MultipartUpload = { Parts };
      const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload });
      await explained(this.#client.send(complete));
    } catch (error) {
      await this.#client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  async #abortUploads(list: { Bucket: string; Prefix: string }): Promise<void> {
    for (let from: { KeyMarker?: string; UploadIdMarker?: string } = {}; ;) {
      const page = await explained(
        this.#client.send(new ListMultipartUploadsCommand({ ...list, ...from })),
      );
      for (const { Key, UploadId } of page.Uploads ?? []) {
        const upload = { Bucket: list.Bucket, Key, UploadId };
        await explained(this.#client.send(new AbortMultipartUploadCommand(upload)));
      }
      if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
      from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' };
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}

/** What S3 or the way to it said: the client's own errors carry headers and keys, logs must not. */
class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

async function explained<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    const { name, code, message, $metadata } = error as Error & {
      code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    const status = $metadata?.httpStatusCode;
    throw new S3Error(code ?? name, `${code ?? name}${status ? ` (${status})` : ''}: ${message}`);
  }
}

/** As much as is left, PART_BYTES at most. */
async function readPart(file: FileHandle): Promise<Buffer> {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  while (filled < PART_BYTES) {
    const { bytesRead } = await file.read(part, filled, PART_BYTES - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return part.subarray(0, filled);
}
