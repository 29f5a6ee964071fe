import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { FILE_MODE, syncFolder } from './files.ts';

/** Writes a file whole or not at all, in place of one that is there; resolves when it is safe. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const draft = `${path}.part`;
  const file = await open(draft, 'w', FILE_MODE);
  try {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/**
 * Null when there is no such file.
 * @throws Error when it is there and cannot be read or is not what its schema says
 */
export async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : v.parse(schema, JSON.parse(text));
}
