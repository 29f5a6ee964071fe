import { expect, it, onTestFinished } from 'vitest';
import { PhraseSchema, type RecordingId } from '#protocol';
import { RECORD } from '#server/recording/journalFormat.ts';
import { decodeJson } from '#server/recording/journalPayloads.ts';
import { RecordedHouse } from '#tests/support/recordedHouse.ts';
import type { NodePeer } from '#tests/support/nodePeer.ts';
import { Tone } from '#tests/support/tone.ts';

const SPANISH = { language: 'es', named: true } as const;

/** Lets somebody speak until the test ends. */
async function speak(peer: NodePeer, frequencyHz: number): Promise<Tone> {
  const tone = Tone.playing(frequencyHz);
  onTestFinished(() => tone.close());
  await peer.send(tone);
  return tone;
}

const say = (peer: NodePeer, text: string) =>
  peer.say({ draftId: text.replace(/\W/g, ''), text, language: 'es' });

/** Waits until `listener` hears somebody for that long: they talk, whatever the recorder does. */
async function hears(listener: NodePeer, peer: NodePeer, frequencyHz: number): Promise<void> {
  const share = () => listener.toneOf(peer.peerId)?.shareOf(frequencyHz) ?? 0;
  await listener.until(() => share() > 0.8);
}

it('[FT4] captures not one packet and no phrase of those who have not agreed', async () => {
  const recorded = await RecordedHouse.open();
  const { house } = recorded;
  const ana = await house.enter('moderator', 'Ana');
  const silent = await house.enter('speaker', 'Beto');
  const refusing = await house.enter('speaker', 'Carla');
  const withdrawing = await house.enter('speaker', 'Dora');
  await speak(ana, 400);
  await speak(silent, 700);
  await speak(refusing, 1_000);
  await speak(withdrawing, 1_300);
  const { recordingId } = await ana.request('startRecording', {});
  await refusing.request('answerConsent', { recordingId, answer: 'refused', ...SPANISH });
  await withdrawing.request('answerConsent', { recordingId, answer: 'granted', ...SPANISH });
  say(withdrawing, 'Dora al principio');
  await recorded.captures(recordingId, [ana, withdrawing], 1);
  await withdrawing.request('answerConsent', { recordingId, answer: 'refused', ...SPANISH });
  await ana.request('addMarker', { label: 'retirada' });
  for (const peer of [silent, refusing, withdrawing]) say(peer, `Nada de ${peer.peerId}`);
  await recorded.captures(recordingId, [ana], 1);
  // They were in the conversation all the while.
  await hears(ana, silent, 700);
  await hears(ana, refusing, 1_000);
  await hears(ana, withdrawing, 1_300);
  await ana.until(() => ana.phrases.length === 4);

  const journal = recorded.journal(recordingId);
  const streams = recorded.streams(recordingId);
  const agreed = [ana.peerId, withdrawing.peerId];
  expect(streams.map(({ peerId }) => peerId).toSorted()).toEqual(agreed.toSorted());
  const known = streams.map(({ streamId }) => streamId);
  const sounds = journal.filter(({ type }) => type === RECORD.rtp);
  expect(sounds.filter(({ streamId }) => !known.includes(streamId))).toEqual([]);
  const dora = streams.find(({ peerId }) => peerId === withdrawing.peerId);
  const after = journal.slice(journal.findIndex(({ type }) => type === RECORD.marker));
  expect(after.filter(({ streamId }) => streamId === dora?.streamId)).toEqual([]);
  const phrases = journal.filter(({ type }) => type === RECORD.phrase);
  expect(phrases.map(({ payload }) => decodeJson(PhraseSchema, payload)?.text)).toEqual([
    'Dora al principio',
  ]);

  await ana.request('stopRecording', {});
  const manifest = await recorded.ready(ana, recordingId);
  const names = manifest.speakers.map(({ displayName }) => displayName);
  expect(names.toSorted()).toEqual(['Ana', 'Dora']);
  expect(manifest.notRecorded).toEqual({ count: 2, names: ['Carla'] });
  expect(manifest.phrases.map(({ text }) => text)).toEqual(['Dora al principio']);
});

it('[FT5] captures nothing while paused, and goes on where it stopped', async () => {
  const recorded = await RecordedHouse.open();
  const { house } = recorded;
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('audience', 'Beto');
  const tone = await speak(ana, 400);
  const { recordingId } = await ana.request('startRecording', {});
  await recorded.captures(recordingId, [ana], 1.5);
  await ana.request('pauseRecording', {});
  tone.tuneTo(900);
  say(ana, 'Fuera de la grabación');
  await hears(beto, ana, 900);
  await beto.until(() => beto.phrases.length === 1);
  tone.tuneTo(400);
  await hears(beto, ana, 400);
  await ana.request('resumeRecording', {});
  await recorded.captures(recordingId, [ana], 1.5);

  const journal = recorded.journal(recordingId);
  const [from, to] = [RECORD.pause, RECORD.resume].map((type) =>
    journal.findIndex((record) => record.type === type),
  );
  expect(journal.slice(from! + 1, to)).toEqual([]);
  const movedMs = journal[to!]!.arrivalMs - journal[from!]!.arrivalMs;

  await ana.request('stopRecording', {});
  const manifest = await recorded.ready(ana, recordingId);
  expect(manifest.pauses).toHaveLength(1);
  expect(manifest.phrases).toEqual([]);
  const { atSeconds, seconds } = manifest.pauses[0]!;
  // The clock stood, but for what the machine itself may stand still before and after.
  expect(movedMs).toBeLessThan(seconds * 200);
  const sound = await recorded.soundOf(manifest, ana.peerId);
  expect(sound.shareBetween(0.5, atSeconds - 0.1, 400)).toBeGreaterThan(0.8);
  expect(sound.shareBetween(atSeconds + 0.3, sound.seconds - 0.1, 400)).toBeGreaterThan(0.8);
  expect(sound.shareBetween(0, sound.seconds, 900)).toBeLessThan(0.02);
});

it('[FT6] makes one recording of starts that come at once', async () => {
  const recorded = await RecordedHouse.open();
  const { house } = recorded;
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('moderator', 'Beto');
  await speak(ana, 400);
  const starts = await Promise.allSettled(
    [ana, beto, ana, beto].map((peer) => peer.request('startRecording', {})),
  );
  const begun = starts.filter((start) => start.status === 'fulfilled');
  const refused = starts.filter((start) => start.status === 'rejected');
  expect(begun).toHaveLength(1);
  expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(
    Array(3).fill('RECORDING_STATE'),
  );
  const recordingId = begun[0]?.value.recordingId as RecordingId;
  await recorded.captures(recordingId, [ana], 0.5);
  await ana.request('stopRecording', {});
  await recorded.ready(ana, recordingId);
  const listed = await recorded.store.list(house.roomId);
  expect(listed.map((summary) => summary.recordingId)).toEqual([recordingId]);
});
