import { describe, expect, it } from 'vitest';
import { captionsOf, toWebVtt } from '#server/recording/captions.ts';
import { phraseOf } from './support/studio.ts';

const MINUTE_MS = 60_000;
const cue = (startMs: number, text: string, seq = 1, author = 1) => ({
  startMs,
  phrase: phraseOf(text, seq, author),
});

describe('captions', () => {
  it('[RV1] stand for the time that reading them takes, 8 s at most', () => {
    const captions = captionsOf(
      [cue(1_000, 'hola'), cue(20_000, '👩‍👩‍👧‍👦'.repeat(10), 2), cue(40_000, 'a'.repeat(280), 3)],
      MINUTE_MS,
    );
    expect(captions.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual([
      [1, 2.74],
      [20, 22.1],
      [40, 48],
    ]);
  });

  it("[RV2] make way for the same author's next phrase, not for another's", () => {
    const captions = captionsOf(
      [cue(1_000, 'uno'), cue(1_500, 'two', 2, 2), cue(2_000, 'dos', 3), cue(2_000, 'tres', 4)],
      MINUTE_MS,
    );
    expect(captions.map(({ endSeconds }) => endSeconds)).toEqual([2, 3.18, 2.001, 3.74]);
  });

  it('[RV3] end with the recording', () => {
    expect(captionsOf([cue(9_000, 'adiós')], 9_500)[0]?.endSeconds).toBe(9.5);
  });

  it('[RV4] are WebVTT with the voice and the language of each, whatever the text holds', () => {
    const phrase = { ...phraseOf('<c>a & b --> c</c>\nX'), authorName: 'A>B & "C"' };
    const vtt = toWebVtt(captionsOf([{ startMs: 3_723_004, phrase }], 4_000_000));
    expect(vtt).toBe(
      'WEBVTT\n\n1\n01:02:03.004 --> 01:02:05.704\n' +
        '<v A&gt;B &amp; "C"><lang es>&lt;c&gt;a &amp; b --&gt; c&lt;/c&gt; X</lang></v>\n',
    );
  });

  it('[RV5] are a valid file when nobody said a phrase', () => {
    expect(toWebVtt([])).toBe('WEBVTT\n');
  });
});
