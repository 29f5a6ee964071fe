import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PeerId, Phrase } from '#protocol';
import { SpeechQueue, type Voice } from '#web/state/speechQueue.ts';
import { wordEnd } from '#web/state/spokenPhrase.ts';

const phrase = (seq: number, text: string): Phrase => ({
  seq,
  at: 1_750_000_000_000,
  authorId: 'peer-ana1' as PeerId,
  authorName: 'Ana',
  text,
  language: 'es',
  draftId: `d${seq}`,
});

/** A voice whose sentences end when a test says so. */
class FakeVoice implements Voice {
  readonly said: string[] = [];
  speaksLanguage = true;
  stopped = 0;
  end = () => {};
  reach: (index: number) => void = () => {};

  readonly say: Voice['say'] = ({ text, onReached }) => {
    if (!this.speaksLanguage) return null;
    this.said.push(text);
    this.reach = onReached;
    const finished = new Promise<void>((resolve) => (this.end = resolve));
    return { finished, stop: () => (this.stopped += 1) };
  };
}

describe('phrases that are read aloud', () => {
  let voice: FakeVoice;
  let spoken: string[];
  const settings = { aloud: true, volume: 1 };
  const queue = () =>
    new SpeechQueue({ voice, settings: () => settings, onSpoken: ({ text }) => spoken.push(text) });

  beforeEach(() => {
    vi.useFakeTimers();
    voice = new FakeVoice();
    spoken = [];
    settings.aloud = true;
  });
  afterEach(() => vi.useRealTimers());

  it('[SQ1] take turns, in the order in which they came', async () => {
    const speech = queue();
    speech.add(phrase(1, 'Hola'));
    speech.add(phrase(2, 'Adiós'));
    expect([voice.said, speech.waiting]).toEqual([['Hola'], 1]);
    voice.end();
    await vi.advanceTimersByTimeAsync(0);
    expect([voice.said, speech.waiting]).toEqual([['Hola', 'Adiós'], 0]);
    expect(spoken).toEqual(['Hola', 'Adiós']);
  });

  it('[SQ2] light up word by word, as the voice says where it is', () => {
    const speech = queue();
    speech.add(phrase(1, 'Buenos días a todos'));
    voice.reach(7);
    expect(speech.current?.reached).toBe('Buenos días'.length);
    voice.reach(0);
    expect(speech.current?.reached).toBe('Buenos días'.length);
    expect(wordEnd('uno dos', 0)).toBe(3);
    expect(wordEnd('uno dos', 4)).toBe(7);
  });

  it('[SQ3] do not wait for a voice that never ends', async () => {
    const speech = queue();
    speech.add(phrase(1, 'Hola'));
    speech.add(phrase(2, 'Adiós'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(voice.said).toEqual(['Hola', 'Adiós']);
  });

  it('[SQ4] are only shown where there is no voice, or none is wanted', async () => {
    const speech = queue();
    voice.speaksLanguage = false;
    speech.add(phrase(1, 'Hola'));
    expect(speech.current).toMatchObject({ voiceless: true, finished: false });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(speech.current).toMatchObject({ reached: 4, finished: true });
    settings.aloud = false;
    speech.add(phrase(2, 'Adiós'));
    expect(speech.current).toMatchObject({ voiceless: false, phrase: { seq: 2 } });
    expect([voice.said, spoken]).toEqual([[], ['Hola']]);
  });

  it('[SQ5] can be skipped, and end when one leaves', () => {
    const speech = queue();
    for (const seq of [1, 2, 3]) speech.add(phrase(seq, `frase ${seq}`));
    speech.skip();
    expect([voice.said.at(-1), voice.stopped]).toEqual(['frase 2', 1]);
    speech.close();
    expect([speech.waiting, voice.stopped]).toEqual([0, 2]);
    speech.add(phrase(4, 'tarde'));
    expect(voice.said).toHaveLength(2);
  });
});
