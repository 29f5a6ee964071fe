import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

// Files that nobody else may read and that are on disk when a function here says so.

export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

const BUFFER_BYTES = 65_536;

/** A new file, written once from front to back, that knows its size and SHA-256. Synchronous. */
export class HashedFile {
  readonly #file: number;
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #pending = 0;
  #sizeBytes = 0;

  /** @throws Error EEXIST when there is such a file */
  constructor(path: string) {
    this.#file = openSync(path, 'wx', FILE_MODE);
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength;) {
      const piece = bytes.subarray(at, at + BUFFER_BYTES - this.#pending);
      this.#buffer.set(piece, this.#pending);
      this.#pending += piece.byteLength;
      at += piece.byteLength;
      if (this.#pending === BUFFER_BYTES) this.#flush();
    }
  }

  /** Returns when the content is safe on disk. */
  finish(): { sizeBytes: number; sha256: string } {
    this.#flush();
    fsyncSync(this.#file);
    closeSync(this.#file);
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }

  /** Closes without finishing, after an error. */
  abandon(): void {
    try {
      closeSync(this.#file);
    } catch {
      // It was closed already.
    }
  }

  #flush(): void {
    const bytes = this.#buffer.subarray(0, this.#pending);
    this.#pending = 0;
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.byteLength;
    let at = 0;
    while (at < bytes.byteLength) at += writeSync(this.#file, bytes, at);
  }
}

/** A new file of that text, safe on disk. */
export function writeHashed(path: string, content: string): { sizeBytes: number; sha256: string } {
  const file = new HashedFile(path);
  try {
    file.write(Buffer.from(content));
    return file.finish();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Makes the names in a folder safe on disk: those just created, renamed or removed. */
export function syncFolderSync(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
