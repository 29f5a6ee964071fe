import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingIdSchema, RoomIdSchema, type RecordingSummary } from '#protocol';
import * as v from 'valibot';
import type { DeletedBy } from '../session/ports.ts';
import { FILE_MODE, syncFolder } from './files.ts';
import { writeJson } from './jsonFile.ts';

const TOMBSTONE = 'tombstone.json';
/** Says that the object store may still hold something of a deleted recording. */
const OBJECTS_LEFT = 'objects-left';

export const TombstoneSchema = v.variant('by', [
  v.strictObject({
    version: v.literal(1),
    recordingId: RecordingIdSchema,
    roomId: RoomIdSchema,
    /** Milliseconds since 1970. */
    deletedAt: v.number(),
    by: v.literal('moderator'),
    /** Empty for one who came with an invitation, which names nobody. */
    name: v.string(),
  }),
  v.strictObject({
    version: v.literal(1),
    recordingId: RecordingIdSchema,
    roomId: RoomIdSchema,
    deletedAt: v.number(),
    by: v.literal('retention'),
  }),
]);
export type Tombstone = v.InferOutput<typeof TombstoneSchema>;

/** Deletes a recording for good: from here on it is not there, even if erasing is cut short. */
export async function bury(
  folder: string,
  { recordingId, roomId }: Pick<RecordingSummary, 'recordingId' | 'roomId'>,
  options: { deletedBy: DeletedBy; deletedAt: number; hasObjects: boolean },
): Promise<void> {
  const { deletedBy, deletedAt, hasObjects } = options;
  if (hasObjects) await (await open(join(folder, OBJECTS_LEFT), 'w', FILE_MODE)).close();
  const tombstone: Tombstone = { version: 1, recordingId, roomId, deletedAt, ...deletedBy };
  await writeJson(join(folder, TOMBSTONE), tombstone);
}

export function isBuried(folder: string): boolean {
  return existsSync(join(folder, TOMBSTONE));
}

/** Removes what a buried recording left in its folder. Safe to repeat. */
export async function eraseFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === TOMBSTONE || name === OBJECTS_LEFT) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
  await syncFolder(folder);
}

export function hasObjectsLeft(folder: string): boolean {
  return existsSync(join(folder, OBJECTS_LEFT));
}

export async function forgetObjects(folder: string): Promise<void> {
  await rm(join(folder, OBJECTS_LEFT), { force: true });
  await syncFolder(folder);
}
