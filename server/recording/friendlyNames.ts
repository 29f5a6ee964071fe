import { extname } from 'node:path';
import { isPhraseLane, type Manifest } from '#protocol';

const LONGEST_SLUG = 40;

/** A file's name for people, from what they wrote: lower case ASCII letters, digits and hyphens. */
function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '');
}

/** What files are called in an archive, by their path in the recording; others keep their path. */
export function friendlyNames(manifest: Pick<Manifest, 'speakers' | 'mix'>): Map<string, string> {
  const names = new Map<string, string>();
  const { mix, speakers } = manifest;
  if (mix !== null) {
    names.set(mix.mp3.path, 'mezcla.mp3');
    names.set(mix.webm.path, 'mezcla.webm');
  }
  const digits = Math.max(2, String(speakers.length).length);
  for (const [index, { peerId, displayName, file, peaks }] of speakers.entries()) {
    const number = String(index + 1).padStart(digits, '0');
    const who = slugOf(displayName) || slugOf(peerId) || 'voz';
    const what = isPhraseLane(peerId) ? `frases-${who}`.slice(0, LONGEST_SLUG) : who;
    const name = `${number}-${what}`;
    names.set(file.path, `voces/${name}${extname(file.path)}`);
    names.set(peaks.path, `voces/${name}.json`);
  }
  return names;
}
