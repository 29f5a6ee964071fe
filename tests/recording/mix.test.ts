import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PeaksSchema } from '#protocol';
import * as v from 'valibot';
import { decodeFile, lagOf, measureFile, probeFile } from './support/ffmpeg.ts';
import {
  addTrack,
  finish,
  openStudio,
  pathOf,
  peerId,
  phraseOf,
  RECORDING,
  ROOM,
  say,
  sayAll,
} from './support/studio.ts';
import { at, decodeOgg, FRAME_MS, noisePackets, sinePackets, strength } from './support/sound.ts';

const MIXES = ['mix.mp3', 'mix.webm'];
const seconds = (frequency: number, count: number) =>
  sinePackets({ frequency, packets: count * 50 });

describe('the mix', () => {
  it('[MX1] has everyone at their place, within 1 ms of their own track', async () => {
    const studio = await openStudio();
    const tracks = [addTrack(studio.recording, 1), addTrack(studio.recording, 2)] as const;
    sayAll(studio.clock, tracks[0], noisePackets({ seed: 1, packets: 100 }));
    studio.clock.nowMs += 1_230;
    sayAll(studio.clock, tracks[1], noisePackets({ seed: 2, packets: 100 }), { timestamp: 1e9 });
    await finish(studio);
    for (const mix of MIXES) {
      const heard = await decodeFile(pathOf(studio, mix));
      for (const [number, from] of [
        [1, 0.5],
        [2, 4],
      ] as const) {
        const track = await decodeOgg(
          await readFile(pathOf(studio, `speakers/${peerId(number)}.ogg`)),
        );
        const lag = lagOf(at(heard, from, 0.7), at(track, from, 0.7), 1_500);
        expect.soft(Math.abs(lag), `${mix}, speaker ${number}`).toBeLessThan(48);
      }
    }
  });

  it('[MX2] is as loud as -16 LUFS, with true peaks below -1 dBTP', async () => {
    const studio = await openStudio();
    const tracks = [1, 2, 3].map((number) => addTrack(studio.recording, number));
    const voices = tracks.map((_, seed) => noisePackets({ seed, packets: 500, bursts: true }));
    for (let index = 0; index < 500; index++) {
      for (const [which, track] of tracks.entries()) {
        say(track, index, voices[which]?.[index] as Uint8Array);
      }
      studio.clock.nowMs += FRAME_MS;
    }
    await finish(studio);
    for (const mix of MIXES) {
      const { loudness, peak } = await measureFile(pathOf(studio, mix));
      expect.soft(Math.abs(loudness + 16), mix).toBeLessThan(1);
      expect.soft(peak, mix).toBeLessThan(-1);
    }
  });

  it('[MX3] is an MP3 and a WebM file of the recording’s length that ffmpeg takes', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 500;
    sayAll(studio.clock, addTrack(studio.recording, 1), seconds(440, 2));
    studio.clock.nowMs += 2_000;
    const { mix, durationSeconds } = await finish(studio);
    expect(durationSeconds).toBe(4.5);
    expect(mix?.mp3).toMatchObject({ path: 'mix.mp3', mimeType: 'audio/mpeg' });
    expect(mix?.webm).toMatchObject({ path: 'mix.webm', mimeType: 'audio/webm' });
    for (const [name, codec] of [
      ['mix.mp3', 'mp3'],
      ['mix.webm', 'opus'],
    ] as const) {
      const probed = await probeFile(pathOf(studio, name));
      expect(probed['codec_name']).toBe(codec);
      expect(Math.abs(Number(probed['duration']) - 4.5)).toBeLessThan(0.15);
      const samples = await decodeFile(pathOf(studio, name));
      expect(Math.abs(samples.length / 48_000 - 4.5)).toBeLessThan(0.15);
      expect(strength(at(samples, 1), 440)).toBeGreaterThan(0.1);
      expect(Math.max(...at(samples, 3, 1))).toBeLessThan(0.001);
    }
  });

  it('[MX4] conceals what is missing for 100 ms and is silent beyond', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1);
    const packets = seconds(440, 4);
    for (const [index, payload] of packets.entries()) {
      const missing = (index >= 50 && index < 52) || (index >= 100 && index < 130);
      if (!missing) say(track, index, payload);
      studio.clock.nowMs += FRAME_MS;
    }
    await finish(studio);
    const samples = await decodeFile(pathOf(studio, 'mix.webm'));
    expect(strength(at(samples, 1.005, 0.03), 440)).toBeGreaterThan(0.05);
    expect(Math.max(...at(samples, 2.15, 0.4))).toBeLessThan(0.01);
  });

  it('[MX5] is of nobody when nobody was recorded: there is none', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 1_000;
    const manifest = await finish(studio);
    expect(manifest.mix).toBeNull();
    expect(await readdir(pathOf(studio, '.'))).not.toContain('mix.mp3');
  });

  it('[MX6] tells how far it is, up to the end', async () => {
    const studio = await openStudio({ journal: { limits: { queueBytes: 2 ** 28 } } });
    const track = addTrack(studio.recording, 1);
    const packets = seconds(440, 1);
    for (let second = 0; second < 120; second++) {
      for (const [index, payload] of packets.entries()) {
        say(track, second * 50 + index, payload);
        studio.clock.nowMs += FRAME_MS;
      }
    }
    await studio.recording.stop('stopped');
    await expect.poll(() => studio.progress.at(-1) ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    const summary = (await studio.store.get(ROOM, RECORDING))?.summary;
    if (summary?.state === 'finalizing') expect(summary.progress).toBeGreaterThan(0);
    await studio.finalized;
    expect(studio.progress.toSorted((a, b) => a - b)).toEqual(studio.progress);
    expect(studio.progress[0]).toBe(0);
    expect(studio.progress.every((fraction) => fraction <= 1)).toBe(true);
    expect((await studio.store.get(ROOM, RECORDING))?.summary.progress).toBe(1);
  }, 90_000);
});

describe('what is drawn and read', () => {
  it('[PK1] is how loud each speaker is, ten times a second', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 1_000;
    sayAll(studio.clock, addTrack(studio.recording, 1), seconds(440, 1));
    studio.clock.nowMs += 1_000;
    const manifest = await finish(studio);
    const path = manifest.speakers[0]?.peaks.path ?? '';
    expect(path).toBe(`peaks/${peerId(1)}.json`);
    const content = JSON.parse(await readFile(pathOf(studio, path), 'utf8'));
    const { stepSeconds, peaks } = v.parse(PeaksSchema, content);
    expect(stepSeconds).toBe(0.1);
    expect(peaks).toHaveLength(30);
    expect(Math.max(...peaks.slice(0, 9), ...peaks.slice(22))).toBeLessThan(3);
    // The tone is at 12,000 of 32,768.
    for (const peak of peaks.slice(12, 19)) expect(Math.abs(peak - 93)).toBeLessThan(10);
  });

  it('[PK2] are the phrases, as JSON too', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 1_000;
    studio.recording.phrase(phraseOf('¿qué <b>tal</b>?'));
    studio.clock.nowMs += 5_000;
    const manifest = await finish(studio);
    const written = await readFile(pathOf(studio, manifest.captionsJson.path), 'utf8');
    expect(JSON.parse(written)).toEqual(manifest.phrases);
    expect(manifest.phrases[0]).toMatchObject({ startSeconds: 1, text: '¿qué <b>tal</b>?' });
  });
});
