import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '#protocol';
import {
  addTrack,
  finish,
  openStudio,
  pathOf,
  peerId,
  phraseOf,
  say,
  sayAll,
} from './support/studio.ts';
import type { Studio } from './support/studio.ts';
import { at, decodeOgg, FRAME_MS, oggPackets, sinePackets, strength } from './support/sound.ts';

const run = promisify(execFile);

/** Packets of one second each of these frequencies, as one continuous stream. */
const seconds = (...frequencies: number[]) =>
  frequencies.flatMap((frequency) => sinePackets({ frequency, packets: 50 }));

const fileOf = (studio: Studio, number: number) => pathOf(studio, `speakers/${peerId(number)}.ogg`);

const listen = async (studio: Studio, number: number) =>
  decodeOgg(await readFile(fileOf(studio, number)));

const speaker = (manifest: Manifest, number: number) => {
  const found = manifest.speakers.find((one) => one.peerId === peerId(number));
  if (!found) throw new Error('no such speaker');
  return found;
};

/** Loud enough to be the tone itself; the tones are at 0.37 of full scale. */
const HEARD = 0.3;
const SILENT = 0.02;

describe('a recording', () => {
  it('[RF1] has each tone in its track at its second, in files that all last as long', async () => {
    const studio = await openStudio();
    const first = addTrack(studio.recording, 1);
    sayAll(studio.clock, first, seconds(440, 660));
    const second = addTrack(studio.recording, 2);
    sayAll(studio.clock, second, seconds(880, 880), { timestamp: 1e9, sequence: 500 });
    sayAll(studio.clock, first, seconds(550), { timestamp: 4 * 48_000, sequence: 100 });
    const manifest = await finish(studio);

    expect(manifest.durationSeconds).toBe(5);
    const [one, two] = await Promise.all([listen(studio, 1), listen(studio, 2)]);
    expect([one.length, two.length]).toEqual([240_000, 240_000]);
    const heard = (samples: Float32Array) =>
      [0, 1, 2, 3, 4].map((second) =>
        [440, 550, 660, 880].filter(
          (frequency) => strength(at(samples, second + 0.2), frequency) > HEARD,
        ),
      );
    expect(heard(one)).toEqual([[440], [660], [], [], [550]]);
    expect(heard(two)).toEqual([[], [], [880], [880], []]);
    expect(Math.max(...at(one, 2.5, 1))).toBeLessThan(SILENT);
    expect(speaker(manifest, 1).segments).toEqual([
      { startSeconds: 0, endSeconds: 2 },
      { startSeconds: 4, endSeconds: 5 },
    ]);
    expect(speaker(manifest, 1).lostPackets).toBe(0);
    expect(speaker(manifest, 2).packets).toBe(100);
  });

  it('[RF2] is right to the sample where two people say the same at the same time', async () => {
    const studio = await openStudio();
    const tracks = [addTrack(studio.recording, 1), addTrack(studio.recording, 2)];
    const packets = sinePackets({ frequency: 300, packets: 150, application: 'audio' });
    studio.clock.nowMs += 1_000;
    for (const [index, payload] of packets.entries()) {
      for (const [which, track] of tracks.entries()) {
        say(track, index, payload, { timestamp: which * 2 ** 31 });
      }
      studio.clock.nowMs += FRAME_MS;
    }
    await finish(studio);
    const [one, two] = await Promise.all([listen(studio, 1), listen(studio, 2)]);
    expect(Buffer.from(one.buffer).equals(Buffer.from(two.buffer))).toBe(true);
    // The decoder's delay is skipped by the player: sample 0 of the sine stands at 1 s.
    const expected = Float32Array.from({ length: 24_000 }, (_, index) =>
      Math.sin((2 * Math.PI * 300 * (48_000 + index)) / 48_000),
    );
    const heard = at(one, 2);
    const product = heard.reduce((sum, sample, index) => sum + sample * (expected[index] ?? 0), 0);
    const energy = heard.reduce((sum, sample) => sum + sample * sample, 0);
    expect(product / Math.sqrt(energy * 12_000)).toBeGreaterThan(0.99);
  });

  it('[RF3] is what ffprobe, ffmpeg and opusinfo take for a sound file of that length', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1, 'Begoña 🎙');
    studio.clock.nowMs += 2_345;
    sayAll(studio.clock, track, seconds(440));
    studio.clock.nowMs += 1_111;
    await finish(studio);
    const path = fileOf(studio, 1);

    const info = await run('opusinfo', [path]);
    expect(info.stdout).toContain('Playback length: 0m:04.456s');
    expect(info.stdout).toContain('ARTIST=Begoña 🎙');
    expect(info.stdout + info.stderr).not.toMatch(/warning|error/i);
    const decoded = await run(
      'ffmpeg',
      ['-v', 'warning', '-c:a', 'libopus', '-i', path, '-f', 's16le', '-ac', '1', '-'],
      { encoding: 'buffer', maxBuffer: 2 ** 24 },
    );
    expect(decoded.stderr.toString()).toBe('');
    expect(decoded.stdout.byteLength / 2).toBe(213_888);
    const probed = await run('ffprobe', ['-v', 'error', '-show_streams', path]);
    expect(probed.stdout).toContain('codec_name=opus');
    expect(probed.stderr).toBe('');
  });

  it('[RF4] holds the packets as they came, and fills what is missing', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1);
    const packets = sinePackets({ frequency: 440, packets: 100 });
    for (const [index, payload] of packets.entries()) {
      if (index % 10 !== 3) say(track, index, payload);
      studio.clock.nowMs += FRAME_MS;
    }
    const manifest = await finish(studio);
    expect(speaker(manifest, 1)).toMatchObject({ packets: 90, lostPackets: 10 });
    expect(speaker(manifest, 1).segments).toHaveLength(1);
    const { packets: written } = oggPackets(await readFile(fileOf(studio, 1)));
    const kept = written.slice(2).filter(({ byteLength }) => byteLength > 2);
    const sent = packets.filter((_, index) => index % 10 !== 3);
    expect(Buffer.concat(kept).equals(Buffer.concat(sent))).toBe(true);
  });

  it('[RF5] takes packets in any order within 2 s, once each', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1);
    const packets = sinePackets({ frequency: 440, packets: 200 });
    for (const [index] of packets.entries()) {
      const shuffled = index ^ 3;
      say(track, shuffled, packets[shuffled] as Uint8Array, {
        sequence: 65_500,
        timestamp: -9_600,
      });
      if (index % 5 === 0)
        say(track, shuffled, packets[shuffled] as Uint8Array, {
          sequence: 65_500,
          timestamp: -9_600,
        });
      studio.clock.nowMs += FRAME_MS;
    }
    const manifest = await finish(studio);
    expect(speaker(manifest, 1)).toMatchObject({ lostPackets: 0 });
    expect(speaker(manifest, 1).packets).toBeGreaterThanOrEqual(197);
    const { packets: written } = oggPackets(await readFile(fileOf(studio, 1)));
    const kept = written.slice(2).filter(({ byteLength }) => byteLength > 2);
    expect(Buffer.concat(packets).includes(Buffer.concat(kept))).toBe(true);
  });

  it('[RF6] has one file a person, however often they came', async () => {
    const studio = await openStudio();
    for (const [visit, frequency] of [440, 660, 880].entries()) {
      const track = addTrack(studio.recording, 1, `Nombre ${visit}`);
      sayAll(studio.clock, track, seconds(frequency), { timestamp: visit * 1e9 });
      track.end();
      studio.clock.nowMs += 500;
    }
    const manifest = await finish(studio);
    expect(manifest.speakers).toHaveLength(1);
    expect(speaker(manifest, 1)).toMatchObject({ displayName: 'Nombre 2', lostPackets: 0 });
    const samples = await listen(studio, 1);
    expect(strength(at(samples, 0.2), 440)).toBeGreaterThan(HEARD);
    expect(strength(at(samples, 1.7), 660)).toBeGreaterThan(HEARD);
    expect(strength(at(samples, 3.2), 880)).toBeGreaterThan(HEARD);
  });

  it('[RF7] hears the later of two streams of a person that overlap', async () => {
    const studio = await openStudio();
    const older = addTrack(studio.recording, 1);
    sayAll(studio.clock, older, seconds(440));
    const newer = addTrack(studio.recording, 1);
    const [old, young] = [seconds(440, 440), seconds(880, 880)];
    for (const index of old.keys()) {
      say(older, 50 + index, old[index] as Uint8Array);
      say(newer, index, young[index] as Uint8Array);
      studio.clock.nowMs += FRAME_MS;
    }
    const manifest = await finish(studio);
    expect(speaker(manifest, 1).packets).toBe(150);
    const samples = await listen(studio, 1);
    expect(strength(at(samples, 0.3), 440)).toBeGreaterThan(HEARD);
    expect(strength(at(samples, 1.3, 1.5), 880)).toBeGreaterThan(HEARD);
    expect(strength(at(samples, 1.3, 1.5), 440)).toBeLessThan(SILENT);
  });

  it('[RF8] leaves out who said nothing, and can be of nobody at all', async () => {
    const studio = await openStudio();
    addTrack(studio.recording, 1).setMuted(true);
    studio.clock.nowMs += 1_500;
    expect(await finish(studio)).toMatchObject({ speakers: [], phrases: [], durationSeconds: 1.5 });
  });

  it('[RF9] has the phrases at their time on the clock that nobody can set', async () => {
    const studio = await openStudio();
    studio.clock.nowMs += 1_000;
    studio.clock.wallOffsetMs -= 3_600_000;
    studio.recording.phrase(phraseOf('hola'));
    studio.clock.nowMs += 9_000;
    const manifest = await finish(studio);
    expect(manifest.phrases).toMatchObject([{ startSeconds: 1, text: 'hola', language: 'es' }]);
    expect(await readFile(pathOf(studio, 'captions.vtt'), 'utf8')).toContain(
      '00:00:01.000 --> 00:00:02.740',
    );
  });

  it('[RF10] is not moved by a clock set back', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1);
    sayAll(studio.clock, track, seconds(440));
    studio.clock.wallOffsetMs -= 3_600_000;
    studio.recording.phrase(phraseOf('después'));
    studio.recording.marker('después');
    sayAll(studio.clock, track, seconds(660), { sequence: 50, timestamp: 48_000 });
    const manifest = await finish(studio);
    expect(manifest.durationSeconds).toBe(2);
    expect(speaker(manifest, 1).segments).toEqual([{ startSeconds: 0, endSeconds: 2 }]);
    expect(manifest.phrases).toMatchObject([{ startSeconds: 1 }]);
    expect(manifest.markers).toEqual([{ seconds: 1, label: 'después' }]);
    const samples = await listen(studio, 1);
    expect(strength(at(samples, 0.2), 440)).toBeGreaterThan(HEARD);
    expect(strength(at(samples, 1.2), 660)).toBeGreaterThan(HEARD);
  });

  it('[RF11] keeps stereo', async () => {
    const studio = await openStudio();
    const track = addTrack(studio.recording, 1);
    const stereo = seconds(440).map((packet) => Uint8Array.from(packet));
    say(track, 0, stereo[0] as Uint8Array);
    studio.clock.nowMs += FRAME_MS;
    say(track, 1, Uint8Array.of(0xfc, 0xff, 0xfe));
    studio.clock.nowMs += FRAME_MS;
    await finish(studio);
    const { packets } = oggPackets(await readFile(fileOf(studio, 1)));
    expect(packets[0]?.[9]).toBe(2);
  });
});
