import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSpeech } from '#server/speech/openSpeech.ts';
import type { SpeechEngine } from '#server/session/ports.ts';
import { draft } from '#tests/support/builders.ts';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Tone } from '#tests/support/tone.ts';

const noRecorder = { start: () => Promise.reject(new Error('not here')) };
const quiet = { info() {}, warn() {}, error() {} };
const SENTENCE = 'Esta es una frase de unas sesenta letras para medir cuánto dura';
/** Root mean square of a sound that is there, full scale 1. */
const AUDIBLE = 0.01;

let speech: SpeechEngine;
let house: MediaHouse;
beforeEach(async () => {
  speech = openSpeech({ kind: 'espeak' }, quiet) as SpeechEngine;
  house = await MediaHouse.open(noRecorder, speech);
});
afterEach(async () => {
  await house.close();
  await speech.close();
});

it('[MV1] is heard by everyone, its author too, for as long as everyone is told', async () => {
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('audience', 'Beto');
  await ana.send();
  ana.say(draft({ text: SENTENCE }));
  for (const peer of [ana, beto]) await peer.until(() => (peer.voice?.loudness ?? 0) > AUDIBLE);
  const { current } = beto.told('speechChanged').find(({ speech: it }) => it.current)!.speech;
  expect(current?.durationMs).toBeGreaterThan(3_000);
  expect(current?.durationMs).toBeLessThan(9_000);
  await beto.until(() => beto.told('speechChanged').at(-1)?.speech.current === null);
  await beto.until(() => (beto.voice?.loudness ?? 1) < AUDIBLE / 10);
});

it('[MV2] lets who talks finish, and begins in the gap', async () => {
  const tone = Tone.playing(440);
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('speaker', 'Beto');
  await ana.send(tone);
  await beto.send();
  await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(440) ?? 0) > 0.8);
  beto.say(draft({ text: 'Perdón, una cosa' }));
  await ana.until(() =>
    ana.told('speechChanged').some(({ speech: it }) => it.waiting.length === 1),
  );
  expect(ana.told('speechChanged').every(({ speech: it }) => it.current === null)).toBe(true);
  await ana.request('setMuted', { muted: true });
  await ana.until(() => ana.told('speechChanged').some(({ speech: it }) => it.current !== null));
  tone.close();
});

it('[MV3] ends within moments when it is skipped', async () => {
  const ana = await house.enter('moderator', 'Ana');
  await ana.send();
  ana.say(draft({ text: `${SENTENCE}. ${SENTENCE}.` }));
  await ana.until(() => (ana.voice?.loudness ?? 0) > AUDIBLE);
  await ana.request('moderateSpeech', { action: 'skip', seq: 1 });
  await ana.until(() => (ana.voice?.loudness ?? 1) < AUDIBLE / 10, 3_000);
  expect(ana.told('phraseUnspoken')).toEqual([{ seq: 1, reason: 'skipped' }]);
});
