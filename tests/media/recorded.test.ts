import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RecordingId } from '#protocol';
import { RecordingStore } from '#server/recording/recordingStore.ts';
import { realClock } from '#tests/support/clock.ts';
import { DecodedSound } from '#tests/support/decode.ts';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Tone } from '#tests/support/tone.ts';

it('[MD7] feeds the recorder through a tap: what was sent is decoded from the file', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'cora-tap-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = await RecordingStore.open({
    directory,
    clock: realClock,
    log: { info() {}, warn() {}, error() {} },
  });
  onTestFinished(() => store.close());
  const house = await MediaHouse.open(store.recorder);
  onTestFinished(() => house.close());
  const tone = Tone.playing(880);
  onTestFinished(() => tone.close());

  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('audience', 'Beto');
  await ana.request('startRecording', {});
  await ana.send(tone);
  await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(880) ?? 0) > 0.8);
  ana.say({ draftId: 'a', text: 'Queda grabado', language: 'es' });
  await beto.until(() => beto.phrases.length === 1);
  await ana.request('stopRecording', {});
  await ana.until(() => ana.notifications.some(({ name }) => name === 'recordingReady'));

  const ready = ana.notifications.find(({ name }) => name === 'recordingReady');
  const { recordingId } = ready?.body as { recordingId: RecordingId };
  const recording = await store.get(house.roomId, recordingId);
  const [speaker] = recording?.manifest?.speakers ?? [];
  expect(speaker?.displayName).toBe('Ana');
  expect(recording?.manifest?.phrases).toMatchObject([{ text: 'Queda grabado' }]);
  const sound = await DecodedSound.of(path.join(directory, recordingId, speaker!.file.path));
  const [segment] = speaker!.segments;
  const { startSeconds, endSeconds } = segment!;
  expect(sound.shareBetween(startSeconds + 0.2, endSeconds - 0.1, 880)).toBeGreaterThan(0.9);
});
