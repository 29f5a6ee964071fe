import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PeerId, Phrase, Spoken } from '#protocol';
import { INITIAL_ROOM_STATE, type RoomState } from '#web/client/roomState.ts';
import { RoomVoice, reachedAt } from '#web/state/roomVoice.ts';

const TEXT = 'Nos vemos el jueves';
const START = 1_750_000_000_000;
/** From the server to the ear, as the voice reckons it. */
const ON_THE_WAY_MS = 120;
/** More than it takes to look again. */
const LOOK_MS = 80;

const phrase = (seq: number, text = TEXT): Phrase => ({
  seq,
  at: START,
  authorId: 'peer-ana1' as PeerId,
  authorName: 'Ana',
  text,
  language: 'es',
  draftId: `d${seq}`,
});
const spoken = (seq: number, change: Partial<Spoken> = {}): Spoken => ({
  seq,
  startedAt: START,
  durationMs: 2_000,
  textAtMs: 500,
  words: [
    [0, 500],
    [4, 800],
    [10, 1_200],
    [13, 1_400],
  ],
  ...change,
});

describe('how far the room’s voice is', () => {
  it('[WV1] is nothing while it says the author’s name, and then whole words as they begin', () => {
    const reached = (ms: number) => TEXT.slice(0, reachedAt(ms, spoken(1), TEXT));
    expect([-50, 0, 499].map(reached)).toEqual(['', '', '']);
    expect([500, 850, 1_399].map(reached)).toEqual(['Nos', 'Nos vemos', 'Nos vemos el']);
    expect([1_400, 9_000].map(reached)).toEqual([TEXT, TEXT]);
  });

  it('[WV2] is told by the clock where the words are not known', () => {
    const reached = (ms: number) => reachedAt(ms, spoken(1, { words: [] }), TEXT);
    expect([499, 500, 2_000, 9_000].map(reached)).toEqual([0, 0, TEXT.length, TEXT.length]);
    expect(reached(1_250)).toBe(Math.round(TEXT.length / 2));
    const whole = spoken(1, { words: [], durationMs: 500 });
    expect(reachedAt(501, whole, TEXT)).toBe(TEXT.length);
  });
});

describe('what the room’s voice says', () => {
  let heard: string[];
  let voice: RoomVoice;
  const take = (current: Spoken | null, change: Partial<RoomState> = {}) =>
    voice.take({
      ...INITIAL_ROOM_STATE,
      phrases: [phrase(1), phrase(2)],
      speech: { ...INITIAL_ROOM_STATE.speech, current },
      ...change,
    });
  const lit = () => voice.current?.phrase.text.slice(0, voice.current.reached);

  beforeEach(() => {
    vi.useFakeTimers({ now: START });
    heard = [];
    voice = new RoomVoice({
      onSpoken: ({ seq }) => heard.push(`begins ${seq}`),
      onFinished: ({ seq }) => heard.push(`heard ${seq}`),
    });
  });
  afterEach(() => {
    voice.close();
    vi.useRealTimers();
  });

  it('[WV3] lights up word by word by the server’s clock, and stays lit', () => {
    const serverClockOffsetMs = 40_000;
    take(spoken(1, { startedAt: START + serverClockOffsetMs }), { serverClockOffsetMs });
    expect(lit()).toBe('');
    vi.advanceTimersByTime(800 + ON_THE_WAY_MS + LOOK_MS);
    expect(lit()).toBe('Nos vemos');
    vi.advanceTimersByTime(1_200);
    take(null, { serverClockOffsetMs });
    expect([lit(), voice.current?.finished]).toEqual([TEXT, true]);
    expect(heard).toEqual(['begins 1', 'heard 1']);
  });

  it('[WV4] counts as heard only when it was said nearly to its end', () => {
    take(spoken(1));
    vi.advanceTimersByTime(900);
    take(null);
    expect(voice.current?.finished).toBe(true);
    take(spoken(2, { startedAt: START + 900 }));
    expect(heard).toEqual(['begins 1', 'begins 2']);
  });

  it('[WV5] waits for a phrase whose text comes after its turn', () => {
    take(spoken(1), { phrases: [] });
    expect([voice.current, heard]).toEqual([null, []]);
    vi.advanceTimersByTime(1_000);
    take(spoken(1));
    vi.advanceTimersByTime(LOOK_MS);
    expect([lit(), heard]).toEqual(['Nos vemos', ['begins 1']]);
  });

  it('[WV6] is told once however often the room changes meanwhile', () => {
    const told = vi.fn();
    voice.subscribe(told);
    for (let change = 0; change < 5; change += 1) take(spoken(1));
    expect([told.mock.calls.length, heard]).toEqual([1, ['begins 1']]);
  });
});
