import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { RecordedHouse, scratch } from '#tests/support/recordedHouse.ts';
import { Tone } from '#tests/support/tone.ts';

const BETO_HZ = 700;
const RESERVE_BYTES = 5e6;
/** Where a listener would notice, beyond what the machine makes of it undisturbed. */
const STUTTER_MS = 400;
const UNDISTURBED_MS = 3_000;

/** A 20 MB file system where the system lets us mount one, else a disk that is said to be so large. */
async function smallDisk() {
  const directory = await scratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', directory], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('umount', ['-l', directory]));
    const content = randomBytes(16e6);
    const fill = () => writeFile(path.join(directory, 'other'), content);
    return { directory, fill };
  } catch {
    let free = 20e6;
    return { directory, fill: async () => void (free = 4e6), freeBytes: async () => free };
  }
}

it('[FT7] ends cleanly at the brink of a full disk: moderators are told, nobody’s sound stutters', async () => {
  const { fill, ...disk } = await smallDisk();
  const recorded = await RecordedHouse.open({ ...disk, reserveBytes: RESERVE_BYTES });
  const { house } = recorded;
  const ana = await house.enter('moderator', 'Ana');
  const beto = await house.enter('speaker', 'Beto');
  const tone = Tone.playing(BETO_HZ);
  onTestFinished(() => tone.close());
  await beto.send(tone);
  const { recordingId } = await ana.request('startRecording', {});
  await beto.request('answerConsent', {
    ...{ recordingId, answer: 'granted', language: 'es', named: true },
  });
  await recorded.captures(recordingId, [beto], 2);
  const heard = ana.toneOf(beto.peerId);
  await ana.until(() => (heard?.shareOf(BETO_HZ) ?? 0) > 0.8);
  heard?.takeLongestQuietMs();
  await delay(UNDISTURBED_MS);
  const usualMs = heard?.takeLongestQuietMs() ?? NaN;

  const filledMs = performance.now();
  await fill();
  await ana.until(() => ana.told('recordingStopped').length > 0);
  expect(performance.now() - filledMs).toBeLessThan(3_000);
  expect(heard?.takeLongestQuietMs()).toBeLessThan(usualMs + STUTTER_MS);
  expect(ana.told('recordingStopped')).toMatchObject([{ reason: 'storageFailed' }]);
  await expect(ana.request('startRecording', {})).rejects.toMatchObject({ code: 'STORAGE_FAILED' });

  const manifest = await recorded.ready(ana, recordingId);
  await ana.until(() => (heard?.shareOf(BETO_HZ) ?? 0) > 0.8);
  expect(manifest.stopReason).toBe('storageFailed');
  const sound = await recorded.soundOf(manifest, beto.peerId);
  expect(sound.seconds).toBeGreaterThan(1.9);
  expect(sound.shareBetween(0.5, 1.5, BETO_HZ)).toBeGreaterThan(0.8);
});
