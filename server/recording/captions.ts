import { countGraphemes, type Manifest, type Phrase } from '#protocol';

/** A phrase and when it was said, or heard where the server spoke it, in ms since the recording's start. */
export interface TimedPhrase {
  readonly startMs: number;
  readonly phrase: Phrase;
  /** How long it took the server to speak it. */
  readonly spokenMs?: number;
}

export type Caption = Manifest['phrases'][number];

const SHORTEST_CUE_MS = 1_500;
const READING_MS_PER_GRAPHEME = 60;
const LONGEST_CUE_MS = 8_000;

/**
 * How long each phrase stands: its reading time, but not into the same author's next phrase nor
 * past the recording's end, and at least 1 ms, since WebVTT knows no empty cue.
 * @param phrases in the order of their start
 */
export function captionsOf(phrases: readonly TimedPhrase[], durationMs: number): Caption[] {
  const nextOf = new Map<string, number>();
  const captions: Caption[] = [];
  for (const { startMs, phrase, spokenMs } of phrases.toReversed()) {
    const reading = SHORTEST_CUE_MS + READING_MS_PER_GRAPHEME * countGraphemes(phrase.text);
    const latest = Math.min(nextOf.get(phrase.authorId) ?? Infinity, durationMs);
    const stands = Math.max(Math.min(reading, LONGEST_CUE_MS), spokenMs ?? 0);
    const endMs = Math.min(startMs + stands, latest);
    captions.push({
      seq: phrase.seq,
      startSeconds: Math.round(startMs) / 1_000,
      endSeconds: Math.max(Math.round(endMs), Math.round(startMs) + 1) / 1_000,
      authorId: phrase.authorId,
      authorName: phrase.authorName,
      text: phrase.text,
      language: phrase.language,
    });
    nextOf.set(phrase.authorId, startMs);
  }
  return captions.reverse();
}

/** A WebVTT file (W3C WebVTT section 4) with a voice and a language span in each cue. */
export function toWebVtt(captions: readonly Caption[]): string {
  const cues = captions.map(
    ({ seq, startSeconds, endSeconds, authorName, language, text }) =>
      `${seq}\n${timestamp(startSeconds)} --> ${timestamp(endSeconds)}\n` +
      `<v ${escape(authorName)}><lang ${language}>${escape(text)}</lang></v>\n`,
  );
  return ['WEBVTT\n', ...cues].join('\n');
}

function timestamp(seconds: number): string {
  const ms = Math.round(seconds * 1_000);
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, '0');
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1_000) % 60)}.${pad(ms % 1_000, 3)}`;
}

/** Text stays on one line and can neither open a tag nor look like a cue's time. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\s+/gu, ' ');
}
