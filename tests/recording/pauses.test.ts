import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CONSENT_WORDS } from '#protocol';
import {
  addTrack,
  finish,
  openStudio,
  pathOf,
  peerId,
  phraseOf,
  sayAll,
} from './support/studio.ts';
import { at, decodeOgg, sinePackets, strength } from './support/sound.ts';

const SECOND = sinePackets({ frequency: 440, packets: 50 });

describe('a recording that is paused', () => {
  it('[PZ1] leaves the pause out: what follows stands where it stopped', async () => {
    const studio = await openStudio();
    const { recording, clock } = studio;
    const track = addTrack(recording, 1);
    sayAll(clock, track, SECOND);
    recording.pause();
    recording.pause();
    sayAll(clock, track, SECOND, { sequence: 50, timestamp: 48_000 });
    recording.phrase(phraseOf('nadie'));
    clock.nowMs += 9_000;
    recording.resume();
    recording.resume();
    const later = sinePackets({ frequency: 880, packets: 50 });
    sayAll(clock, addTrack(recording, 1), later, { timestamp: 1e9 });
    const manifest = await finish(studio);
    expect(manifest).toMatchObject({
      durationSeconds: 2,
      pauses: [{ atSeconds: 1, seconds: 10 }],
      phrases: [],
    });
    const path = pathOf(studio, manifest.speakers[0]?.file.path ?? '');
    const samples = await decodeOgg(await readFile(path));
    expect(strength(at(samples, 0.3), 440)).toBeGreaterThan(0.3);
    expect(strength(at(samples, 1.3), 880)).toBeGreaterThan(0.3);
    expect(strength(at(samples, 1.3), 440)).toBeLessThan(0.02);
  });

  it('[PZ2] may be stopped then, and keeps its markers at their moments', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 1_500;
    studio.recording.marker('Comienza');
    studio.recording.pause();
    studio.clock.nowMs += 4_000;
    expect(await finish(studio)).toMatchObject({
      durationSeconds: 1.5,
      markers: [{ seconds: 1.5, label: 'Comienza' }],
      pauses: [{ atSeconds: 1.5, seconds: 4 }],
    });
  });
});

describe('the consent to a recording', () => {
  const words = CONSENT_WORDS.es.ask;
  const entry = { language: 'es', words, at: 1_760_000_000_000 } as const;

  it('[PZ3] is kept with it, without the names of those who would not be named', async () => {
    const studio = await openStudio();
    const { recording } = studio;
    recording.consent({ ...entry, peerId: peerId(1), displayName: 'Ana', answer: 'granted' });
    recording.consent({ ...entry, peerId: peerId(2), displayName: null, answer: 'refused' });
    recording.consent({ ...entry, peerId: peerId(3), displayName: 'Carlos', answer: 'refused' });
    recording.consent({ ...entry, peerId: peerId(4), displayName: 'Dora', answer: 'refused' });
    recording.consent({ ...entry, peerId: peerId(4), displayName: null, answer: 'refused' });
    for (const number of [1, 2, 3, 4, 5]) recording.asked(peerId(number));
    const manifest = await finish(studio);
    expect(manifest.notRecorded).toEqual({ count: 4, names: ['Carlos'] });
    expect(manifest.consentLog?.path).toBe('consent.json');
    const log = await readFile(pathOf(studio, 'consent.json'), 'utf8');
    const common = { language: 'es', words, at: new Date(entry.at).toISOString() };
    expect(JSON.parse(log)).toEqual([
      { who: { peerId: peerId(1), displayName: 'Ana' }, answer: 'granted', ...common },
      { who: null, answer: 'refused', ...common },
      { who: { peerId: peerId(3), displayName: 'Carlos' }, answer: 'refused', ...common },
      { who: null, answer: 'refused', ...common },
      { who: null, answer: 'refused', ...common },
    ]);
  });

  it('[PZ4] has no log when nobody was asked', async () => {
    expect((await finish(await openStudio())).consentLog).toBeNull();
  });
});
