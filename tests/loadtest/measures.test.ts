import { Decoder, Encoder } from '@evan/opus';
import { describe, expect, it } from 'vitest';
import { Ear } from '../../scripts/loadtest/ear.ts';
import { MarkDetector } from '../../scripts/loadtest/mark.ts';
import { StreamTally } from '../../scripts/loadtest/streamTally.ts';
import { isTalking } from '../../scripts/loadtest/talkPlan.ts';
import { FRAME_MS, FRAME_SAMPLES, Voice } from '../../scripts/loadtest/voice.ts';

const packet = (sequence: number, timestamp = sequence * FRAME_SAMPLES) => ({
  sequence: sequence & 0xffff,
  timestamp: timestamp >>> 0,
  ssrc: 1,
  payload: new Uint8Array(0),
});

describe('what came of a stream', () => {
  it('[LT1] counts what is missing past the wrap of its numbers, and nothing that came late', () => {
    const tally = new StreamTally();
    const came = [65_533, 65_534, 65_536, 65_535, 65_538, 65_539];
    for (const number of came) tally.take(packet(number), number * FRAME_MS);
    expect(tally).toMatchObject({ received: 6, expected: 7, lost: 1 });
  });

  it('[LT2] finds no jitter where packets come as evenly as they were sent, with silence between them', () => {
    const tally = new StreamTally();
    const frames = [0, 1, 2, 3, 40, 41, 42, 90, 91];
    for (const [index, frame] of frames.entries()) {
      tally.take(packet(index, frame * FRAME_SAMPLES), 1_000 + frame * FRAME_MS);
    }
    expect(tally.jitterMs).toBeLessThan(1e-6);
  });

  it('[LT2] nears the mean difference in transit where every other one is late', () => {
    const tally = new StreamTally();
    for (let frame = 0; frame < 400; frame += 1) {
      tally.take(packet(frame), frame * FRAME_MS + (frame % 2) * 8);
    }
    expect(tally.jitterMs).toBeCloseTo(8, 1);
  });
});

describe('marks in sound', () => {
  /** What the codec itself holds back: 312 samples. */
  const CODEC_MS = 6.5;

  it.each([0, 2.5, 10, 17.5])(
    '[LT3] finds each through Opus, to 3 ms, whatever the phase of the frames',
    (delayMs) => {
      const voice = new Voice({ number: 2, delayMs });
      const delaysMs: number[] = [];
      const ear = new Ear({ zeroMs: 0, heard: (ms) => delaysMs.push(ms) });
      for (let frame = 0; frame < 250; frame += 1) {
        const { opus } = voice.frame(frame);
        // A frame can be sent when its end was spoken.
        const atMs = delayMs + (frame + 1) * FRAME_MS;
        ear.take({ ...packet(frame), payload: opus }, atMs);
      }
      const whole = delaysMs.slice(-4);
      expect(whole).toHaveLength(4);
      for (const ms of whole) expect(Math.abs(ms - FRAME_MS - CODEC_MS)).toBeLessThan(3);
    },
  );

  it('[LT3] takes no click for one', () => {
    const samples = new Int16Array(4_800);
    samples.fill(30_000, 2_400, 2_404);
    const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: 'voip' });
    const decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
    const marks = new MarkDetector();
    for (let start = 0; start < samples.length; start += FRAME_SAMPLES) {
      const opus = encoder.encode(samples.subarray(start, start + FRAME_SAMPLES));
      const { buffer, byteOffset, byteLength } = decoder.decode(opus);
      const heard = new Int16Array(buffer, byteOffset, byteLength / 2);
      expect(marks.find(heard, { beginsMs: 0, continues: true })).toBeNull();
    }
  });

  it('[LT3] leaves out one whose beginning is missing', () => {
    const tone = Int16Array.from({ length: 1_440 }, (_, index) =>
      Math.round(8_000 * Math.sin((2 * Math.PI * 6_000 * index) / 48_000)),
    );
    const found = (continues: boolean) => new MarkDetector().find(tone, { beginsMs: 5, continues });
    expect(found(true)).toBe(5);
    expect(found(false)).toBeNull();
  });
});

describe('who talks', () => {
  it('[LT4] never lets more talk than were asked for, and everybody in their turn', () => {
    const talkers = new Set<number>();
    for (let atMs = 0; atMs < 60_000; atMs += FRAME_MS) {
      const now = [0, 1, 2, 3, 4].filter((speaker) =>
        isTalking({ speaker, speakers: 5, talking: 2, atMs }),
      );
      expect(now.length).toBeLessThanOrEqual(2);
      for (const speaker of now) talkers.add(speaker);
    }
    expect(talkers.size).toBe(5);
  });
});
