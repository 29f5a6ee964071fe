import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  BODY_HEADER_BYTES,
  decodeBody,
  MAX_BODY_BYTES,
  PART_NAME,
  PREFIX_BYTES,
  type JournalRecord,
} from './journalFormat.ts';

const READ_BYTES = 262_144;

/**
 * How a part of the journal ended: `whole` at its last record; `torn` inside a record, as when the
 * process was killed while writing it; `damaged` at bytes that are no record.
 */
export type PartEnd = 'whole' | 'torn' | 'damaged';

/** The journal's files in a recording's folder, in their order. Empty when the folder is not there. */
export function journalParts(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => PART_NAME.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Reads one part record by record with a fixed buffer, up to the first record that is cut off or
 * whose CRC is wrong. Synchronous: it runs in a process of its own, or for a header only.
 * @returns how the part ended
 */
export function* readPart(path: string): Generator<JournalRecord, PartEnd> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let start = 0;
    let end = 0;
    const fill = (bytes: number): boolean => {
      while (end - start < bytes) {
        if (start > 0) {
          buffer.copy(buffer, 0, start, end);
          end -= start;
          start = 0;
        }
        const read = readSync(file, buffer, end, buffer.byteLength - end, null);
        if (read === 0) return false;
        end += read;
      }
      return true;
    };

    while (fill(PREFIX_BYTES)) {
      const length = buffer.readUInt32LE(start);
      if (length < BODY_HEADER_BYTES || length > MAX_BODY_BYTES) return 'damaged';
      if (!fill(PREFIX_BYTES + length)) return 'torn';
      const body = buffer.subarray(start + PREFIX_BYTES, start + PREFIX_BYTES + length);
      if (crc32(body) !== buffer.readUInt32LE(start + 4)) return 'damaged';
      start += PREFIX_BYTES + length;
      yield decodeBody(body);
    }
    return end === start ? 'whole' : 'torn';
  } finally {
    closeSync(file);
  }
}

/**
 * Reads all parts as one sequence. After damage the rest of that part is given up and the next
 * part goes on, since each says again what it needs.
 */
export function* readJournal(
  folder: string,
  ended: (end: PartEnd, isLast: boolean) => void = () => {},
): Generator<JournalRecord> {
  const parts = journalParts(folder);
  for (const [index, path] of parts.entries()) {
    let end: PartEnd;
    try {
      end = yield* readPart(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall !== 'read') throw error;
      end = 'damaged';
    }
    ended(end, index === parts.length - 1);
  }
}
