import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_MODE, syncFolder } from './files.ts';
import {
  encodeRecord,
  MAX_PAYLOAD_BYTES,
  PART_MS,
  partName,
  recordBytes,
} from './journalFormat.ts';

/** The part of a file handle that the journal uses, so that a test can be a failing disk. */
export interface JournalFile {
  write(buffer: Buffer, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  /** Appends what every part begins with: the header and the streams that go on. */
  readonly beginPart: (part: number, append: JournalWriter['append']) => void;
  /** Told once when nothing more can be written. What is in the file by then stays. */
  readonly failed: (error: Error) => void;
  readonly limits?: Partial<JournalLimits>;
  /** Asked before the first record is safe and with every sync; rejects when the disk is too full. */
  readonly checkSpace?: () => Promise<void>;
  /** Creates a file exclusively. */
  readonly createFile?: (path: string) => Promise<JournalFile>;
}

export interface JournalLimits {
  /** Bytes that may wait for the disk: 40 s of 50 speakers. */
  readonly queueBytes: number;
  /** A write or sync that takes longer means a stalled disk. */
  readonly stallMs: number;
  readonly partMs: number;
}

const LIMITS: JournalLimits = { queueBytes: 8 * 2 ** 20, stallMs: 10_000, partMs: PART_MS };

const FLUSH_MS = 200;
/** A sync at every fifth flush: once a second. */
const SYNC_TICKS = 5;
const BATCH_BYTES = 16_384;

interface Batch {
  readonly part: number;
  readonly buffer: Buffer;
  length: number;
}

const createExclusively = (path: string): Promise<JournalFile> => open(path, 'wx', FILE_MODE);

/**
 * Appends records to the journal in a recording's folder without ever making its caller wait.
 * Written within 200 ms, so that the death of the process loses no more; made safe against the
 * death of the machine once a second.
 */
export class JournalWriter {
  readonly #options: JournalOptions;
  readonly #limits: JournalLimits;
  readonly #createFile: (path: string) => Promise<JournalFile>;
  readonly #queue: Batch[] = [];
  #queuedBytes = 0;
  #sizeBytes = 0;
  #part = 0;
  #partStartedMs = 0;
  #file: JournalFile | null = null;
  #filePart = -1;
  #spare: Buffer | null = null;
  #ticker: NodeJS.Timeout | null = null;
  #draining: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  #ticksSinceSync = 0;
  #dirty = false;
  /**
   * For how many ticks the disk has been busy with one write or sync. Ticks and not time: when the
   * process itself stood still, the disk is not to blame.
   */
  readonly #busyTicks = { write: -1, sync: -1 };
  #state: 'open' | 'closing' | 'closed' | 'failed' = 'open';
  #closed: Promise<void> | null = null;
  readonly #failure = Promise.withResolvers<void>();

  private constructor(options: JournalOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#createFile = options.createFile ?? createExclusively;
  }

  /**
   * Creates the first part and makes its beginning safe on disk.
   * @throws Error when the disk does not take it; `failed` is not told then
   */
  static async open(options: JournalOptions): Promise<JournalWriter> {
    const journal = new JournalWriter(options);
    options.beginPart(0, journal.append);
    try {
      await journal.#writeQueue();
      await journal.#sync();
    } catch (error) {
      journal.#state = 'failed';
      await journal.#file?.close().catch(() => {});
      throw error;
    }
    journal.#ticker = setInterval(() => journal.#tick(), FLUSH_MS);
    return journal;
  }

  /** Bytes handed over so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Copies a record into the queue. Without effect when the journal is closed or has failed. */
  readonly append = (
    type: number,
    record: { streamId: number; arrivalMs: number; payload: Uint8Array },
  ): void => {
    if (this.#state !== 'open' || record.payload.byteLength > MAX_PAYLOAD_BYTES) return;
    if (record.arrivalMs - this.#partStartedMs >= this.#limits.partMs) {
      this.#part++;
      this.#partStartedMs = record.arrivalMs;
      this.#options.beginPart(this.#part, this.append);
    }
    const size = recordBytes(record.payload);
    if (this.#queuedBytes + size > this.#limits.queueBytes) {
      this.#fail(new Error('the disk is too slow for the recording'));
      return;
    }
    const batch = this.#batchFor(size);
    encodeRecord(batch.buffer, batch.length, { type, ...record });
    batch.length += size;
    this.#queuedBytes += size;
    this.#sizeBytes += size;
  };

  /** Writes and syncs what is queued, then closes. Resolves after a failure too. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= Promise.race([this.#close(), this.#failure.promise]);
    return this.#closed;
  }

  #batchFor(size: number): Batch {
    const last = this.#queue.at(-1);
    if (last?.part === this.#part && last.length + size <= last.buffer.byteLength) return last;
    // A full batch need not wait for the next tick.
    if (last !== undefined && this.#ticker !== null) this.#drain();
    const buffer = size <= BATCH_BYTES && this.#spare !== null ? this.#spare : null;
    if (buffer !== null) this.#spare = null;
    const batch = {
      part: this.#part,
      buffer: buffer ?? Buffer.allocUnsafeSlow(Math.max(BATCH_BYTES, size)),
      length: 0,
    };
    this.#queue.push(batch);
    return batch;
  }

  #tick(): void {
    const busy = this.#busyTicks;
    if (busy.write >= 0) busy.write++;
    if (busy.sync >= 0) busy.sync++;
    if (Math.max(busy.write, busy.sync) * FLUSH_MS > this.#limits.stallMs) {
      this.#fail(new Error('the disk has stalled'));
      return;
    }
    this.#drain();
    this.#ticksSinceSync++;
    if (this.#dirty && this.#syncing === null && this.#ticksSinceSync >= SYNC_TICKS) {
      this.#syncing = this.#sync()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => (this.#syncing = null));
    }
  }

  #drain(): void {
    if (this.#draining !== null || this.#queue.length === 0) return;
    this.#draining = this.#writeQueue()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#draining = null));
  }

  async #writeQueue(): Promise<void> {
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      this.#busyTicks.write = 0;
      if (batch.part !== this.#filePart) await this.#openPart(batch.part);
      const file = this.#file as JournalFile;
      let written = 0;
      while (written < batch.length) {
        const { bytesWritten } = await file.write(batch.buffer, written, batch.length - written);
        if (bytesWritten === 0) throw new Error('the disk takes nothing more');
        written += bytesWritten;
        this.#dirty = true;
      }
      this.#queuedBytes -= batch.length;
      if (batch.buffer.byteLength === BATCH_BYTES) this.#spare = batch.buffer;
      this.#busyTicks.write = -1;
    }
  }

  async #openPart(part: number): Promise<void> {
    const { folder } = this.#options;
    if (this.#file !== null) {
      await this.#syncing;
      await this.#file.datasync();
      await this.#file.close();
      this.#file = null;
    }
    this.#file = await this.#createFile(join(folder, partName(part)));
    this.#filePart = part;
    await syncFolder(folder);
  }

  async #sync(): Promise<void> {
    this.#dirty = false;
    this.#ticksSinceSync = 0;
    this.#busyTicks.sync = 0;
    await this.#file?.datasync();
    if (this.#state === 'open') await this.#options.checkSpace?.();
    this.#busyTicks.sync = -1;
  }

  async #close(): Promise<void> {
    if (this.#state === 'failed') return;
    this.#state = 'closing';
    try {
      await this.#draining;
      await this.#writeQueue();
      await this.#syncing;
      await this.#sync();
      // A stalled disk made it fail meanwhile.
      if ((this.#state as string) === 'failed') return;
      this.#stopTicking();
      this.#state = 'closed';
      await this.#file?.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    this.#state = 'failed';
    this.#stopTicking();
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    // Behind whatever the disk is stuck in; nobody waits for it.
    this.#file?.close().catch(() => {});
    // Whoever appends just now shall not find itself in the listener's hands.
    queueMicrotask(() => {
      this.#options.failed(error instanceof Error ? error : new Error(String(error)));
      this.#failure.resolve();
    });
  }

  #stopTicking(): void {
    if (this.#ticker !== null) clearInterval(this.#ticker);
    this.#ticker = null;
  }
}
