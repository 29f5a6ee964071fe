import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { rtpParameters } from '#tests/support/builders.ts';
import { sendPlainRtp, takePlainRtp } from '#tests/support/plainRtp.ts';
import { RecordedHouse } from '#tests/support/recordedHouse.ts';
import { Tone } from '#tests/support/tone.ts';

const BETO_HZ = 700;
const FLOOD_PACKETS_PER_SECOND = 2_000;
const PATIENCE_MS = 15_000;
/** As long as a gap may be that a busy machine makes by itself. */
const STUTTER_MS = 800;
const UNDISTURBED_MS = 3_000;
const GRANTED = { answer: 'granted', language: 'es', named: true } as const;

it('[FD1] goes on with sound and recording while somebody floods their microphone, and sends them away', async () => {
  const recorded = await RecordedHouse.open();
  const { house } = recorded;
  const plain = takePlainRtp(house);
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('speaker', 'Beto');
  const tone = Tone.playing(BETO_HZ);
  onTestFinished(() => tone.close());
  await beto.send(tone);
  const { recordingId } = await ana.request('startRecording', {});
  await beto.request('answerConsent', { recordingId, ...GRANTED });
  const heard = () => ana.toneOf(beto.peerId);
  await ana.until(() => (heard()?.shareOf(BETO_HZ) ?? 0) > 0.8);
  heard()?.takeLongestQuietMs();
  await delay(UNDISTURBED_MS);
  const usualMs = heard()?.takeLongestQuietMs() ?? NaN;

  const dora = house.visitor('speaker', 'Dora');
  await dora.request('join', {});
  plain.begin();
  await dora.request('createTransport', {});
  const { pids } = house.pool;
  await dora.request('produce', { rtpParameters: rtpParameters(), muted: false });
  await dora.request('answerConsent', { recordingId, ...GRANTED });
  const stop = sendPlainRtp(plain.port(), FLOOD_PACKETS_PER_SECOND);
  onTestFinished(stop);
  await dora.until(() => dora.told('removed').length > 0, PATIENCE_MS);
  expect(dora.told('removed')).toEqual([{ code: 'RATE_LIMITED' }]);
  await ana.until(() => ana.told('rosterChanged').some(({ left }) => left.includes(dora.peerId)));
  // It goes on outside, where nobody has to do with it any more.
  await recorded.captures(recordingId, [beto], 2);

  expect(heard()?.takeLongestQuietMs()).toBeLessThan(usualMs + STUTTER_MS);
  expect(heard()?.shareOf(BETO_HZ)).toBeGreaterThan(0.8);
  expect(house.pool.pids).toEqual(pids);
  const again = house.visitor('speaker', 'Dora', { peerId: dora.peerId });
  await expect(again.request('join', {})).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await ana.request('stopRecording', {});
  const manifest = await recorded.ready(ana, recordingId);
  expect(manifest.speakers.map(({ displayName }) => displayName)).toContain('Beto');
});
