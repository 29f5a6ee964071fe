import type { Manifest, RecordingFile } from '#protocol';

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
