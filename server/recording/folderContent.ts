import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingIdSchema, type Manifest, type RecordingId } from '#protocol';
import * as v from 'valibot';
import { isOwnedByAnother } from './journalOwner.ts';
import type { JournalHeader } from './journalPayloads.ts';
import { PART_NAME } from './journalFormat.ts';
import { journalParts } from './journalReader.ts';
import { MANIFEST, readManifest } from './manifestFiles.ts';
import { readHeader } from './survey.ts';
import { hasObjects, isBuried } from './tombstone.ts';

/** How far a recording got, as its folder shows. */
export type FolderContent =
  | { readonly state: 'buried' }
  /** A journal beside its manifest could not be read whole, or was not deleted in time. */
  | { readonly state: 'ready'; readonly manifest: Manifest; readonly hasJournal: boolean }
  | { readonly state: 'captured'; readonly header: JournalHeader }
  /** Another process on this machine still writes it. */
  | { readonly state: 'foreign' }
  /** It was a recording, and neither its manifest nor its journal can be read. */
  | { readonly state: 'ruin' }
  | { readonly state: 'unknown' };

/** @throws ValiError for what is no recording's id, whatever was asked for */
export function recordingFolder(directory: string, recordingId: RecordingId): string {
  return join(directory, v.parse(RecordingIdSchema, recordingId));
}

/** What may be recordings in there, by their names. */
export async function recordingFolders(directory: string): Promise<RecordingId[]> {
  const names = await readdir(directory);
  return names.filter((name): name is RecordingId => v.is(RecordingIdSchema, name));
}

/** Milliseconds since 1970 at which something in a folder was last written. */
export async function lastWrittenMs(folder: string): Promise<number> {
  const names = ['.', ...(await readdir(folder))];
  const stats = await Promise.all(names.map((name) => stat(join(folder, name))));
  return Math.max(...stats.map(({ mtimeMs }) => mtimeMs));
}

/** Whether there is what nobody but a recorder leaves. */
async function holdsRecording(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => name === MANIFEST || PART_NAME.test(name)) || hasObjects(folder);
}

export async function inspectFolder(
  folder: string,
  recordingId: RecordingId,
): Promise<FolderContent> {
  if (isBuried(folder)) return { state: 'buried' };
  const manifest = await readManifest(folder, recordingId);
  if (manifest) return { state: 'ready', manifest, hasJournal: journalParts(folder).length > 0 };
  const header = readHeader(folder);
  if (header?.recordingId !== recordingId) {
    return { state: (await holdsRecording(folder)) ? 'ruin' : 'unknown' };
  }
  return isOwnedByAnother(header.owner) ? { state: 'foreign' } : { state: 'captured', header };
}
