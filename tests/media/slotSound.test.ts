import { describe, expect, it } from 'vitest';
import { writeRtp } from '#server/domain/rtp.ts';
import type { FramesPerPacket } from '#server/media/framePacker.ts';
import { SlotWriter } from '#server/media/slotWriter.ts';
import { random } from '#tests/domain/support/talker.ts';
import { decode, largestStep, likeness, Receiver } from '#tests/support/receiver.ts';
import { encodeVoice, syntheticVoice } from '#tests/support/syntheticVoice.ts';

const PITCHES_HZ = [110, 210, 160];
const SECONDS = 6;
const SOUNDS = PITCHES_HZ.map((pitchHz) => syntheticVoice({ pitchHz, seconds: SECONDS }));

/** Whose packet each is. Null: it does not arrive, or is not sent. */
type Plan = (index: number) => number | null;

/** Three voices, packet by packet into a slot as `plan` says. */
function hear(
  voices: readonly (readonly Uint8Array[])[],
  options: { frames: FramesPerPacket; plan: Plan; loss?: (index: number) => boolean },
): Receiver {
  const receiver = new Receiver();
  let sent = 0;
  const writer = new SlotWriter((payload, at) => {
    if (options.loss?.(sent++)) return;
    receiver.take(writeRtp(payload, { ssrc: 1, payloadType: 100, ...at }));
  });
  writer.setFramesPerPacket(options.frames);
  const count = voices[0]?.length ?? 0;
  for (let index = 0; index < count; index += 1) {
    const who = options.plan(index);
    const payload = who === null ? undefined : voices[who]?.[index];
    if (who === null || !payload) continue;
    const numbers = {
      sequence: (index + 900 * who) & 0xffff,
      timestamp: (index * 960 + who) >>> 0,
    };
    const packet = { ...numbers, payload, samples: 960, marker: false };
    writer.write(who, packet, index * 20 + who * 6);
  }
  writer.setFramesPerPacket(1);
  writer.close();
  return receiver;
}

/** By bit rate: 20,000 is of SILK and CELT together, 32,000 mostly of CELT. */
const VOICES = Object.fromEntries(
  [20_000, 32_000].map((bitrate) => [bitrate, SOUNDS.map((sound) => encodeVoice(sound, bitrate))]),
);
const voicesAt = (bitrate: number) => VOICES[bitrate] as Uint8Array[][];
const share = (part: number, whole: number) => part / whole;

describe('the sound of a slot', () => {
  it.each([
    { frames: 1, bitrate: 20_000, packets: 10 },
    { frames: 1, bitrate: 32_000, packets: 37 },
    { frames: 3, bitrate: 20_000, packets: 37 },
    { frames: 3, bitrate: 32_000, packets: 10 },
  ] as const)(
    '[KS1] has no step at a change in mid-sound beyond those of the voices: $frames at $bitrate bit/s, every $packets',
    ({ frames, bitrate, packets }) => {
      const voices = voicesAt(bitrate);
      const plan = (index: number) => Math.floor(index / packets) % 3;
      const { samples, concealed } = hear(voices, { frames, plan }).decode();
      const own = Math.max(...voices.map((voice) => largestStep(decode(voice))));
      // Voices are not in phase: a few milliseconds between them.
      expect(concealed).toBeLessThanOrEqual(960);
      expect(samples.length).toBeGreaterThan((SECONDS - 0.1) * 48_000);
      expect(largestStep(samples)).toBeLessThanOrEqual(own * 1.02);
    },
  );

  it('[KS2] would have steps without the silence between', () => {
    const voices = voicesAt(20_000);
    const spliced = voices[0]?.map((_, index) => voices[Math.floor(index / 10) % 3]?.[index]);
    const own = Math.max(...voices.map((voice) => largestStep(decode(voice))));
    expect(largestStep(decode(spliced as Uint8Array[]))).toBeGreaterThan(own * 1.2);
  });

  it.each([2, 3] as const)('[KS3] is the same with %d frames a packet', (frames) => {
    const [voice] = voicesAt(32_000);
    const { samples, concealed } = hear([voice ?? []], { frames, plan: () => 0 }).decode();
    expect(concealed).toBe(0);
    expect(Buffer.from(samples.buffer).equals(Buffer.from(decode(voice ?? []).buffer))).toBe(true);
  });

  it('[KS4] is concealed where 5 % of a source is lost, no more with three frames a packet than with one', () => {
    const [voice = []] = voicesAt(32_000);
    const noise = random(5);
    const isLost = voice.map(() => noise() < 0.05);
    const plan = (index: number) => (isLost[index] ? null : 0);
    const [one, three] = ([1, 3] as const).map((frames) => hear([voice], { frames, plan }));
    for (const heard of [one, three]) {
      const { samples, concealed } = (heard as Receiver).decode();
      expect(share(concealed, samples.length)).toBeCloseTo(
        share(isLost.filter(Boolean).length, voice.length),
        2,
      );
      expect(likeness(samples, decode(voice))).toBeGreaterThan(0.9);
    }
    expect((three as Receiver).packets.length).toBeLessThan((one as Receiver).packets.length / 2.3);
  });

  it('[KS5] is concealed where 5 % of its packets are lost on their way to a listener', () => {
    const [voice = []] = voicesAt(32_000);
    const noise = random(6);
    const loss = () => noise() < 0.05;
    const { samples, concealed } = hear([voice], { frames: 3, plan: () => 0, loss }).decode();
    expect(share(concealed, samples.length)).toBeLessThan(0.08);
    expect(likeness(samples, decode(voice))).toBeGreaterThan(0.85);
  });

  it('[KS6] has a voice that stops sending in silence at its time, with three frames a packet', () => {
    const [voice = []] = voicesAt(32_000);
    const plan = (index: number) => (index % 100 < 60 ? 0 : null);
    const silent = voice.map((packet, index) =>
      index % 100 === 59 ? packet.subarray(0, 1) : packet,
    );
    const { samples } = hear([silent], { frames: 3, plan }).decode();
    const truth = decode(voice);
    for (let from = 0; from + 60 <= voice.length; from += 100) {
      const part = (sound: Float32Array) => sound.subarray((from + 5) * 960, (from + 55) * 960);
      expect(likeness(part(samples), part(truth))).toBeGreaterThan(0.85);
    }
  });
});
