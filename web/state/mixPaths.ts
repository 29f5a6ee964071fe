import type { Manifest } from '#protocol';

/**
 * The files of a mix, the one to try first in front: Opus in WebM sounds better and lands on its
 * second exactly; MP3 plays everywhere.
 */
export function mixPaths(mix: Manifest['mix']): string[] {
  if (!mix) return [];
  const paths = [mix.webm.path, mix.mp3.path];
  const playsWebm = new Audio().canPlayType('audio/webm; codecs="opus"') === 'probably';
  return playsWebm ? paths : paths.toReversed();
}
