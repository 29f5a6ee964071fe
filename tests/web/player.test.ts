import { describe, expect, it } from 'vitest';
import type { RecordingId, RunningRecording } from '#protocol';
import { correctionFor, mayTakeOver } from '#web/state/drift.ts';
import { barsOf } from '#web/state/peaks.ts';
import { playerAction, type KeyPlace } from '#web/state/playerKeys.ts';
import { recordedSeconds } from '#web/state/recordingClock.ts';
import { linkToMoment, parseRoute } from '#web/state/route.ts';
import { cutAt, findWords } from '#web/state/search.ts';

describe('the tracks of a recording', () => {
  it('[WP1] are left alone within what can be heard, and brought back beyond it', () => {
    expect(correctionFor(0.029, 1, false)).toEqual({ kind: 'none' });
    expect(correctionFor(-0.029, 1, false)).toEqual({ kind: 'none' });
    expect(correctionFor(0.05, 1, false)).toEqual({ kind: 'rate', rate: 0.96 });
    expect(correctionFor(-0.05, 1.5, false)).toEqual({ kind: 'rate', rate: 1.56 });
    expect(correctionFor(0.21, 1, false)).toEqual({ kind: 'seek' });
    expect(correctionFor(-0.21, 1, true)).toEqual({ kind: 'seek' });
  });

  it('[WP2] go on being nudged until they are settled, then run as fast as all', () => {
    expect(correctionFor(0.02, 1, true)).toEqual({ kind: 'rate', rate: 0.96 });
    expect(correctionFor(0.009, 1.25, true)).toEqual({ kind: 'rate', rate: 1.25 });
  });

  it('[WP3] are heard in place of the mix only once all of them play with the clock', () => {
    expect(mayTakeOver([0.01, -0.07])).toBe(true);
    expect(mayTakeOver([0.01, 0.09])).toBe(false);
    expect(mayTakeOver([0.01, null])).toBe(false);
    expect(mayTakeOver([])).toBe(true);
  });

  it('[WP4] are drawn by the loudest peak of each part', () => {
    const peaks = { version: 1 as const, stepSeconds: 0.5, peaks: [0, 255, 0, 0, 64, 0] };
    expect(barsOf(peaks, 3, 3).map((bar) => Number(bar.toFixed(2)))).toEqual([1, 0, 0.5]);
    expect(barsOf(peaks, 3, 12)).toHaveLength(12);
    expect(barsOf({ ...peaks, peaks: [] }, 3, 2)).toEqual([0, 0]);
  });
});

describe('the search in phrases', () => {
  const found = (text: string, search: string) =>
    findWords(text, search)?.map(([start, end]) => text.slice(start, end));

  it('[WP5] finds words whatever their accents and capitals', () => {
    expect(found('Mañana será otro día', 'MANANA dia')).toEqual(['Mañana', 'día']);
    expect(found('Cafe\u0301 y cafe', 'café')).toEqual(['Cafe\u0301', 'cafe']);
    expect(found('Ünïcödé 👍 sí', 'si')).toEqual(['sí']);
  });

  it('[WP6] wants all the words, and finds everything while there are none', () => {
    expect(found('Hola a todos', 'hola nadie')).toBeUndefined();
    expect(found('Hola a todos', '  ')).toEqual([]);
  });

  it('[WP7] shows what it found, and the text as it was', () => {
    const text = 'Ana: aná banana';
    const pieces = cutAt(text, findWords(text, 'ana an')!);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.filter((piece) => piece.found).map((piece) => piece.text)).toEqual([
      'Ana',
      'aná',
      'anan',
    ]);
  });
});

describe('an address of the page', () => {
  const route = (address: string) => parseRoute(new URL(address, 'https://cora.test'));

  it('[WP8] leads to a room, its recordings, one of them, or a shared one', () => {
    expect(route('/')).toEqual({ page: 'landing' });
    expect(route('/r/room1#inv')).toMatchObject({ page: 'room', invitation: 'inv' });
    expect(route('/r/room1/recordings#inv')).toMatchObject({ page: 'recordings' });
    expect(route('/r/room1/recordings/rec1#inv')).toEqual({
      page: 'recording',
      roomId: 'room1',
      recordingId: 'rec1',
      invitation: 'inv',
      at: 0,
    });
    expect(route('/s/rec1#tok')).toEqual({
      page: 'shared',
      recordingId: 'rec1',
      token: 'tok',
      at: 0,
    });
    expect(route('/elsewhere')).toEqual({ page: 'unknown' });
  });

  it('[WP9] leads to a moment, and to the beginning where it names none', () => {
    expect(route('/s/rec1?t=123#tok')).toMatchObject({ at: 123, token: 'tok' });
    expect(route('/r/a/recordings/b?t=4.5#inv')).toMatchObject({ at: 4.5 });
    for (const moment of ['-3', 'x', 'Infinity', '']) {
      expect(route(`/s/rec1?t=${moment}#tok`)).toMatchObject({ at: 0 });
    }
    const link = 'https://cora.test/s/rec1#tok';
    expect(linkToMoment(link, 123.9)).toBe('https://cora.test/s/rec1?t=123#tok');
    expect(linkToMoment(`https://cora.test/s/rec1?t=9#tok`, 0.4)).toBe(link);
  });
});

describe('the keys of the player', () => {
  const free: KeyPlace = { typing: false, onControl: false, inLayer: false, letters: true };

  it('[WP10] play, pause, move, mute and search', () => {
    expect(playerAction(' ', free)).toEqual({ kind: 'toggle' });
    expect(playerAction('K', free)).toEqual({ kind: 'toggle' });
    expect(playerAction('ArrowLeft', free)).toEqual({ kind: 'move', seconds: -5 });
    expect(playerAction('l', free)).toEqual({ kind: 'move', seconds: 10 });
    expect(playerAction('m', free)).toEqual({ kind: 'mute' });
    expect(playerAction('/', free)).toEqual({ kind: 'search' });
    expect(playerAction('x', free)).toBeNull();
  });

  it('[WP11] leave a control, a field and a dialog their own', () => {
    expect(playerAction(' ', { ...free, onControl: true })).toBeNull();
    expect(playerAction('k', { ...free, onControl: true })).toEqual({ kind: 'toggle' });
    for (const key of [' ', 'k', 'ArrowLeft', '/']) {
      expect(playerAction(key, { ...free, typing: true })).toBeNull();
      expect(playerAction(key, { ...free, inLayer: true })).toBeNull();
    }
  });

  it('[WP12] are no letters for those who turned them off', () => {
    expect(playerAction('k', { ...free, letters: false })).toBeNull();
    expect(playerAction(' ', { ...free, letters: false })).toEqual({ kind: 'toggle' });
  });
});

describe('the clock of a running recording', () => {
  const recording: RunningRecording = {
    recordingId: 'Vt7yH2kLq9ZpX4mN8wRb1A' as RecordingId,
    startedAt: 10_000,
    startedBy: 'Ana',
    pausedAt: null,
    pausedMs: 0,
  };

  it('[WP13] leaves pauses out, and stands still in one', () => {
    expect(recordedSeconds(recording, 15_000)).toBe(5);
    expect(recordedSeconds({ ...recording, pausedMs: 2_000 }, 15_000)).toBe(3);
    expect(recordedSeconds({ ...recording, pausedAt: 12_000 }, 99_000)).toBe(2);
    expect(recordedSeconds(recording, 9_000)).toBe(0);
  });
});
