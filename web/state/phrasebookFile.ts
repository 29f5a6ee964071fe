import { PHRASEBOOK_MAX_BYTES, PhrasebookSchema, type Phrasebook } from '#protocol';
import * as v from 'valibot';

export const PHRASEBOOK_FILE = 'cora-frases.json';
/** Indentation and escapes may make a file longer than what is sent of it. */
const FILE_MAX_BYTES = PHRASEBOOK_MAX_BYTES * 4;

/** What is wrong with a file: too large, not JSON, JSON of something else. */
export type FileFault = 'large' | 'broken' | 'other';

export type ReadPhrasebook = { readonly book: Phrasebook } | { readonly fault: FileFault };

/** Reads a file that a person chose; what it returns is checked. */
export async function readPhrasebookFile(file: Blob): Promise<ReadPhrasebook> {
  if (file.size > FILE_MAX_BYTES) return { fault: 'large' };
  let content: unknown;
  try {
    content = JSON.parse(await file.text());
  } catch {
    return { fault: 'broken' };
  }
  const parsed = v.safeParse(PhrasebookSchema, content, { abortEarly: true });
  return parsed.success ? { book: parsed.output } : { fault: 'other' };
}

export function phrasebookFile(book: Phrasebook): Blob {
  return new Blob([`${JSON.stringify(book, null, 2)}\n`], { type: 'application/json' });
}

/** Whether the server takes it: as it is sent, in UTF-8. */
export function fitsRequest(book: Phrasebook): boolean {
  return new TextEncoder().encode(JSON.stringify(book)).byteLength <= PHRASEBOOK_MAX_BYTES;
}
