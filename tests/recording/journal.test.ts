import { open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { JournalWriter, type JournalOptions } from '#server/recording/journal.ts';
import { partName, RECORD } from '#server/recording/journalFormat.ts';
import { readJournal, type PartEnd } from '#server/recording/journalReader.ts';
import { scratch } from './support/studio.ts';

const EMPTY = new Uint8Array(0);

async function openJournal(options: Partial<JournalOptions> = {}) {
  const folder = options.folder ?? (await scratch());
  const failed = vi.fn();
  const journal = await JournalWriter.open({
    folder,
    failed,
    beginPart: (_part, append) =>
      append(RECORD.header, { streamId: 0, arrivalMs: 0, payload: EMPTY }),
    ...options,
  });
  return { folder, journal, failed };
}

const packet = (number: number, size = 100) => {
  const payload = Buffer.alloc(size);
  payload.writeUInt32LE(number);
  return { streamId: 1, arrivalMs: number * 20, payload };
};

/** The numbers of the packets that can be read back, and how each part ended. */
function readBack(folder: string): { numbers: number[]; ends: PartEnd[] } {
  const ends: PartEnd[] = [];
  const numbers: number[] = [];
  for (const { type, payload } of readJournal(folder, (end) => ends.push(end))) {
    if (type === RECORD.rtp) numbers.push(payload.readUInt32LE());
  }
  return { numbers, ends };
}

const upTo = (count: number) => [...Array(count).keys()];

describe('the journal', () => {
  it('[RJ1] gives back what was appended, in order, with its type, stream and arrival', async () => {
    const { folder, journal } = await openJournal();
    journal.append(RECORD.phrase, { streamId: 9, arrivalMs: 1.25, payload: Buffer.from('hola') });
    await journal.close();
    const records = [...readJournal(folder)].map((record) => ({
      ...record,
      payload: record.payload.toString(),
    }));
    expect(records).toEqual([
      { type: RECORD.header, streamId: 0, arrivalMs: 0, payload: '' },
      { type: RECORD.phrase, streamId: 9, arrivalMs: 1.25, payload: 'hola' },
    ]);
  });

  it('[RJ2] is a file of its own that only its owner may read', async () => {
    const { folder, journal } = await openJournal();
    await journal.close();
    expect((await stat(join(folder, partName(0)))).mode & 0o777).toBe(0o600);
    await expect(openJournal({ folder })).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('[RJ3] copies what it is given, since the caller uses the bytes again', async () => {
    const { folder, journal } = await openJournal();
    const record = packet(0);
    for (let number = 0; number < 3_000; number++) {
      record.payload.writeUInt32LE(number);
      journal.append(RECORD.rtp, record);
    }
    await journal.close();
    expect(readBack(folder)).toEqual({ numbers: upTo(3_000), ends: ['whole'] });
  });

  it('[RJ4] writes without being closed', async () => {
    const { folder, journal } = await openJournal();
    journal.append(RECORD.rtp, packet(0));
    await vi.waitFor(() => expect(readBack(folder).numbers).toEqual([0]), { timeout: 2_000 });
    await journal.close();
  });

  it('[RJ5] begins a new part every hour, each with its own beginning', async () => {
    const { folder, journal } = await openJournal({ limits: { partMs: 1_000 } });
    for (const number of upTo(120)) journal.append(RECORD.rtp, packet(number));
    await journal.close();
    expect(readBack(folder)).toEqual({ numbers: upTo(120), ends: ['whole', 'whole', 'whole'] });
    const types = [...readJournal(folder)].map(({ type }) => type);
    expect(types.filter((type) => type === RECORD.header)).toHaveLength(3);
  });

  it('[RJ6] is read up to a record that is cut off, wherever that is', async () => {
    const { folder, journal } = await openJournal();
    for (const number of upTo(3)) journal.append(RECORD.rtp, packet(number, 4));
    await journal.close();
    const path = join(folder, partName(0));
    const { size } = await stat(path);
    const record = 21 + 4;
    for (let cut = 1; cut < record; cut++) {
      await truncate(path, size - cut);
      expect(readBack(folder)).toEqual({ numbers: [0, 1], ends: ['torn'] });
    }
    await truncate(path, size - record);
    expect(readBack(folder)).toEqual({ numbers: [0, 1], ends: ['whole'] });
  });

  it('[RJ7] is read up to the first record whose CRC is wrong, and on from the next part', async () => {
    const { folder, journal } = await openJournal({ limits: { partMs: 1_000 } });
    for (const number of upTo(100)) journal.append(RECORD.rtp, packet(number));
    await journal.close();
    const path = join(folder, partName(0));
    const bytes = await readFile(path);
    bytes[21 + 10 * 121 + 50]! ^= 1;
    await writeFile(path, bytes);
    const { numbers, ends } = readBack(folder);
    expect(numbers).toEqual([...upTo(10), ...upTo(100).slice(50)]);
    expect(ends).toEqual(['damaged', 'whole']);
  });

  it('[RJ8] that ends in zeros, as after a power cut, is read up to them', async () => {
    const { folder, journal } = await openJournal();
    journal.append(RECORD.rtp, packet(0));
    await journal.close();
    const path = join(folder, partName(0));
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(4_096)]));
    expect(readBack(folder)).toEqual({ numbers: [0], ends: ['damaged'] });
  });

  it('[RJ9] goes on where the disk took a part of a write only', async () => {
    const createFile = async (path: string) => {
      const file = await open(path, 'wx');
      return {
        write: (buffer: Buffer, offset: number, length: number) =>
          file.write(buffer, offset, Math.min(length, 7)),
        datasync: () => file.datasync(),
        close: () => file.close(),
      };
    };
    const { folder, journal } = await openJournal({ createFile });
    for (const number of upTo(20)) journal.append(RECORD.rtp, packet(number));
    await journal.close();
    expect(readBack(folder).numbers).toEqual(upTo(20));
  });
});

describe('a disk that fails', () => {
  it('[RJ10] makes the opening fail when it is full, without more ado', async () => {
    const failed = vi.fn();
    const createFile = () => open('/dev/full', 'w');
    await expect(openJournal({ createFile, failed })).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(failed).not.toHaveBeenCalled();
  });

  it('[RJ11] is told once; what was written stays and the rest is refused quietly', async () => {
    let full = false;
    const createFile = async (path: string) => {
      const file = await open(path, 'wx');
      const fullDisk = await open('/dev/full', 'w');
      return {
        write: (buffer: Buffer, offset: number, length: number) =>
          (full ? fullDisk : file).write(buffer, offset, length),
        datasync: () => file.datasync(),
        close: async () => {
          await fullDisk.close();
          await file.close();
        },
      };
    };
    const failure = Promise.withResolvers<Error>();
    const failed = vi.fn(failure.resolve);
    const { folder, journal } = await openJournal({ createFile, failed });
    journal.append(RECORD.rtp, packet(0));
    await vi.waitFor(() => expect(readBack(folder).numbers).toEqual([0]), { timeout: 2_000 });
    full = true;
    journal.append(RECORD.rtp, packet(1));
    await expect(failure.promise).resolves.toMatchObject({ code: 'ENOSPC' });
    journal.append(RECORD.rtp, packet(2));
    await journal.close();
    expect(failed).toHaveBeenCalledTimes(1);
    expect(readBack(folder).numbers).toEqual([0]);
  });

  /** A disk that takes the beginning and then nothing more, without an error. */
  const stallingDisk = () => {
    let writes = 0;
    return async (path: string) => {
      const file = await open(path, 'wx');
      return {
        write: (buffer: Buffer, offset: number, length: number) =>
          writes++ === 0 ? file.write(buffer, offset, length) : new Promise<never>(() => {}),
        datasync: () => file.datasync(),
        close: () => file.close(),
      };
    };
  };

  it('[RJ12] that stalls is given up after a while, also while closing', async () => {
    const failed = vi.fn();
    const { journal } = await openJournal({
      createFile: stallingDisk(),
      failed,
      limits: { stallMs: 300 },
    });
    journal.append(RECORD.rtp, packet(0));
    await journal.close();
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it('[RJ13] that stalls makes no memory grow: the queue is bounded', async () => {
    const failure = Promise.withResolvers<Error>();
    const { journal } = await openJournal({
      createFile: stallingDisk(),
      failed: failure.resolve,
      limits: { queueBytes: 100_000 },
    });
    for (const number of upTo(2_000)) journal.append(RECORD.rtp, packet(number));
    await expect(failure.promise).resolves.toBeInstanceOf(Error);
    expect(journal.sizeBytes).toBeLessThanOrEqual(110_000);
    await journal.close();
  });
});
