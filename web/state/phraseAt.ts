import type { Manifest } from '#protocol';

type Caption = Manifest['phrases'][number];

/** The phrase that stands at that second; of several the one that was said last. */
export function phraseAt(phrases: readonly Caption[], second: number): Caption | undefined {
  return phrases.findLast(
    ({ startSeconds, endSeconds }) => startSeconds <= second && second < endSeconds,
  );
}
