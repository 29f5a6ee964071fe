import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManifestSchema, type Manifest, type RecordingFile, type RecordingId } from '#protocol';
import * as v from 'valibot';

export const MANIFEST = 'manifest.json';

/** Null when there is none in that folder that is sound and the recording's own. */
export async function readManifest(
  folder: string,
  recordingId: RecordingId,
): Promise<Manifest | null> {
  try {
    const text = await readFile(join(folder, MANIFEST), 'utf8');
    const manifest = v.parse(ManifestSchema, JSON.parse(text));
    return manifest.recordingId === recordingId ? manifest : null;
  } catch {
    return null;
  }
}

/** Every file that a manifest names. */
export function manifestFiles(manifest: Manifest): RecordingFile[] {
  const { speakers, captions, captionsJson, mix, player, consentLog } = manifest;
  return [
    ...speakers.flatMap(({ file, peaks }) => [file, peaks]),
    ...(mix === null ? [] : [mix.mp3, mix.webm]),
    ...[captions, captionsJson, player],
    ...(consentLog === null ? [] : [consentLog]),
  ];
}
