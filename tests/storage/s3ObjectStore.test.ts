import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PART_BYTES, S3ObjectStore, type S3Options } from '#server/storage/s3ObjectStore.ts';
import { scratch } from '#tests/recording/support/studio.ts';
import { beginUpload, factsOf, keysIn, objectServer, uploadsIn } from './support/objectServer.ts';

// The machine may be busy with the other tests.
vi.setConfig({ testTimeout: 60_000 });

const server = objectServer();

/** Bytes of which no two places look alike for long. */
function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4)
    bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  return bytes;
}

async function openStore(): Promise<{ store: S3ObjectStore; options: S3Options }> {
  const options = await server.newBucket();
  return { store: new S3ObjectStore(options), options };
}

async function fileOf(content: Buffer | string): Promise<string> {
  const path = join(await scratch(), 'file');
  await writeFile(path, content);
  return path;
}

async function put(store: S3ObjectStore, key: string, content: Buffer | string): Promise<void> {
  const { signal } = new AbortController();
  await store.put(key, { localPath: await fileOf(content), mimeType: 'audio/ogg', signal });
}

async function get(store: S3ObjectStore, key: string): Promise<Buffer | null> {
  const content = await store.read(key, null);
  return content && buffer(content);
}

describe('an object store', () => {
  it('[OB1] gives back what was put there, the last of it, with its type', async () => {
    const { store, options } = await openStore();
    await store.check();
    await put(store, 'a/b.ogg', 'first');
    await put(store, 'a/b.ogg', 'second');
    expect((await get(store, 'a/b.ogg'))?.toString()).toBe('second');
    expect(await keysIn(options)).toEqual(['cora/a/b.ogg']);
    expect((await factsOf(options, 'cora/a/b.ogg')).mimeType).toBe('audio/ogg');
    await put(store, 'empty', '');
    expect((await get(store, 'empty'))?.byteLength).toBe(0);
  });

  it.each([
    ['a byte less than a part', PART_BYTES - 1, null],
    ['just a part', PART_BYTES, '-1'],
    ['just two parts', 2 * PART_BYTES, '-2'],
    ['more than two parts', 2 * PART_BYTES + 1, '-3'],
  ])('[OB2] takes %s whole, and large files in parts', async (_what, length, parts) => {
    const { store, options } = await openStore();
    const content = bytesOf(length);
    await put(store, 'large', content);
    expect((await get(store, 'large'))?.equals(content)).toBe(true);
    const { etag } = await factsOf(options, 'cora/large');
    expect(/-\d+(?="$)/.exec(etag ?? '')?.[0] ?? null).toBe(parts);
    expect(await uploadsIn(options)).toEqual([]);
  });

  it('[OB3] gives back a range, both ends included', async () => {
    const { store } = await openStore();
    const content = bytesOf(PART_BYTES + 1_000);
    await put(store, 'large', content);
    for (const [start, end] of [
      [0, 0],
      [PART_BYTES - 10, PART_BYTES + 10],
      [PART_BYTES, content.byteLength - 1],
    ] as const) {
      const part = await store.read('large', { start, end });
      expect((await buffer(part!)).equals(content.subarray(start, end + 1))).toBe(true);
    }
  });

  it('[OB4] says null of what is not there, and fails when that cannot be told', async () => {
    const { store, options } = await openStore();
    expect(await store.read('nothing', null)).toBeNull();
    const elsewhere = new S3ObjectStore({ ...options, bucket: 'no-such-bucket' });
    await expect(elsewhere.read('nothing', null)).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await expect(elsewhere.check()).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('[OB5] removes all below a prefix, page by page, uploads left half-way too, and nothing else', async () => {
    const { store, options } = await openStore();
    const keys = Array.from({ length: 8 }, (_, index) => `one/file ${index}+ñ.ogg`);
    for (const key of [...keys, 'one-more/file', 'two/one/file']) await put(store, key, key);
    for (const key of ['one/a', 'one/b', 'one/c', 'one/d', 'one-more/a']) {
      await beginUpload(options, `cora/${key}`);
    }
    await store.removeAll('one/');
    expect(await keysIn(options)).toEqual(['cora/one-more/file', 'cora/two/one/file']);
    expect(await uploadsIn(options)).toEqual(['cora/one-more/a']);
    await store.removeAll('one/');
  });

  it('[OB6] clears away the parts that an earlier upload of the same file left', async () => {
    const { store, options } = await openStore();
    await beginUpload(options, 'cora/large');
    await put(store, 'large', bytesOf(PART_BYTES + 1));
    expect(await uploadsIn(options)).toEqual([]);
  });

  it('[OB7] stops an upload at its next part when told, and leaves nothing of it', async () => {
    const { store, options } = await openStore();
    const localPath = await fileOf(bytesOf(3 * PART_BYTES));
    const abort = new AbortController();
    const putting = store.put('large', { localPath, mimeType: 'a/b', signal: abort.signal });
    abort.abort();
    await expect(putting).rejects.toMatchObject({ name: 'AbortError' });
    expect(await uploadsIn(options)).toEqual([]);
    expect(await keysIn(options)).toEqual([]);
  });

  it('[OB8] says why it failed without telling keys', async () => {
    const { options } = await openStore();
    const wrong = { ...options, secretAccessKey: 'canary4711' };
    await expect(new S3ObjectStore(wrong).check()).rejects.toThrow('SignatureDoesNotMatch (403)');
    const failure = await put(new S3ObjectStore(wrong), 'x', 'x').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SignatureDoesNotMatch' });
    const told = JSON.stringify(failure, Object.getOwnPropertyNames(failure));
    expect(told).toContain('403');
    expect(told).not.toMatch(/canary4711|cora:tests|Authorization/);
  });

  it('[OB9] is given up when it takes connections and does not answer', async () => {
    const deaf = createServer().listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const open = new Set<{ destroy(): unknown }>();
    deaf.on('connection', (socket) => open.add(socket));
    onTestFinished(() => {
      for (const socket of open) socket.destroy();
      deaf.close();
    });
    const endpoint = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    const store = new S3ObjectStore({
      ...{ bucket: 'cora', endpoint, region: 'x', prefix: '' },
      ...{ accessKeyId: 'a', secretAccessKey: 'b', timeoutMs: 50 },
    });
    await expect(store.read('x', null)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(put(store, 'x', 'x')).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    // It is tried again before it is given up.
    expect(open.size).toBeGreaterThan(2);
  });
});
