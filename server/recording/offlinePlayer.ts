import { readFileSync } from 'node:fs';
import type { Manifest } from '#protocol';
import { friendlyNames } from './friendlyNames.ts';

type Shown = Pick<
  Manifest,
  'roomName' | 'startedAt' | 'durationSeconds' | 'speakers' | 'phrases' | 'mix' | 'markers'
>;

const TEMPLATE = new URL('./offlinePlayer.html', import.meta.url);
const PLACE = '__DATA__';

/**
 * A page that plays a recording from the folder it lies in, without a server: the recording's own or
 * the unpacked ZIP with its friendlier names. All that people wrote stands in it as JSON in which
 * nothing can end the script, and is shown as text only.
 */
export function offlinePlayer(manifest: Shown): string {
  const { roomName, startedAt, durationSeconds, speakers, phrases, mix, markers } = manifest;
  const friendly = friendlyNames(manifest);
  const sources = (path: string) => [...new Set([friendly.get(path) ?? path, path])];
  const data = {
    ...{ roomName, startedAt, durationSeconds, markers },
    mix: mix === null ? [] : [mix.mp3, mix.webm].flatMap(({ path }) => sources(path)),
    speakers: speakers.map(({ displayName, file }) => ({
      label: displayName,
      sources: sources(file.path),
    })),
    phrases: phrases.map(({ startSeconds, endSeconds, authorName, text }) => ({
      ...{ startSeconds, endSeconds, authorName, text },
    })),
  };
  const json = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const template = readFileSync(TEMPLATE, 'utf8');
  const [before = '', after = ''] = template.split(PLACE);
  return `${before}${json}${after}`;
}
