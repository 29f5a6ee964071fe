import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingIdSchema, RoomIdSchema, type RecordingSummary } from '#protocol';
import * as v from 'valibot';
import type { DeletedBy } from '../session/ports.ts';
import { FILE_MODE, syncFolder } from './files.ts';
import { writeJson } from './jsonFile.ts';

const TOMBSTONE = 'tombstone.json';
/** Says that the object store may hold something of the recording, which outlives its deletion. */
const OBJECTS = 'objects';

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
  options: { deletedBy: DeletedBy; deletedAt: number },
): Promise<void> {
  const { deletedBy, deletedAt } = options;
  const tombstone: Tombstone = { version: 1, recordingId, roomId, deletedAt, ...deletedBy };
  await writeJson(join(folder, TOMBSTONE), tombstone);
}

export function isBuried(folder: string): boolean {
  return existsSync(join(folder, TOMBSTONE));
}

/** Removes what a buried recording left in its folder. Safe to repeat. */
export async function eraseFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === TOMBSTONE || name === OBJECTS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
  await syncFolder(folder);
}

export function hasObjects(folder: string): boolean {
  return existsSync(join(folder, OBJECTS));
}

/** Resolves when a crash would not make this forgotten. */
export async function expectObjects(folder: string): Promise<void> {
  await (await open(join(folder, OBJECTS), 'w', FILE_MODE)).close();
  await syncFolder(folder);
}

export async function forgetObjects(folder: string): Promise<void> {
  await rm(join(folder, OBJECTS), { force: true });
  await syncFolder(folder);
}
