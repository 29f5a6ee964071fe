import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENCE_20_MS } from '#server/domain/opusFrames.ts';
import type { FramesPerPacket } from '#server/media/framePacker.ts';
import { SlotWriter } from '#server/media/slotWriter.ts';

const HYBRID = 0x78;
const FRAME = 960;

interface Sent {
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

/** A source of numbered packets of 20 ms: `text` is what its frames say. */
class Source {
  sequence: number;
  timestamp: number;
  readonly #text: string;

  constructor(text: string, sequence = 1_000, timestamp = 5_000) {
    this.#text = text;
    this.sequence = sequence;
    this.timestamp = timestamp;
  }

  next(options: { payload?: Uint8Array; samples?: number; marker?: boolean } = {}) {
    const { samples = FRAME, marker = false } = options;
    const said = Buffer.from(`${this.#text}${this.sequence & 0xffff};`);
    const payload = options.payload ?? Uint8Array.of(HYBRID, ...said);
    const packet = { payload, samples, marker };
    const numbers = { sequence: this.sequence & 0xffff, timestamp: this.timestamp >>> 0 };
    this.skip(samples);
    return { ...packet, ...numbers };
  }

  skip(samples = FRAME): void {
    this.sequence += 1;
    this.timestamp += samples;
  }

  /** Nothing is sent for so long. */
  pause(ms: number): void {
    this.timestamp += ms * 48;
  }
}

function slotOf(framesPerPacket: FramesPerPacket = 1) {
  const sent: Sent[] = [];
  const writer = new SlotWriter((payload, at) => sent.push({ payload, ...at }));
  writer.setFramesPerPacket(framesPerPacket);
  const text = () => sent.map(({ payload }) => Buffer.from(payload.subarray(1)).toString('latin1'));
  const steps = (of: (one: Sent) => number) =>
    sent.slice(1).map((one, at) => of(one) - of(sent[at] as Sent));
  const sequenceSteps = () => steps(({ sequence }) => sequence);
  const timeSteps = () => steps(({ timestamp }) => timestamp / FRAME);
  return { sent, writer, text, sequenceSteps, timeSteps };
}

const isSilence = ({ payload }: Sent) => Buffer.compare(payload, SILENCE_20_MS) === 0;

describe('the stream of a slot', () => {
  it('[KW1] goes on by number and by time when another voice comes in after a pause, with 20 ms of silence before it', () => {
    const { sent, writer, sequenceSteps, timeSteps } = slotOf();
    const [ana, beto] = [new Source('a'), new Source('b', 65_000, 4_000_000_000)];
    for (let ms = 0; ms < 60; ms += 20) writer.write('ana', ana.next(), ms);
    for (let ms = 500; ms < 560; ms += 20) writer.write('beto', beto.next(), ms);
    expect(sequenceSteps()).toEqual([1, 1, 1, 1, 1, 1]);
    expect(timeSteps()).toEqual([1, 1, 22, 1, 1, 1]);
    expect(sent.map(isSilence)).toEqual([false, false, false, true, false, false, false]);
    expect(sent.map(({ marker }) => marker)).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('[KW2] has silence in place of the first packet of who comes in without a pause', () => {
    const { sent, writer, text, sequenceSteps, timeSteps } = slotOf();
    const [ana, beto] = [new Source('a'), new Source('b')];
    for (let ms = 0; ms < 60; ms += 20) writer.write('ana', ana.next(), ms);
    for (let ms = 55; ms < 115; ms += 20) writer.write('beto', beto.next(), ms);
    expect(text().slice(4)).toEqual(['b1001;', 'b1002;']);
    expect(sent.map(isSilence)).toEqual([false, false, false, true, false, false]);
    expect(sequenceSteps()).toEqual([1, 1, 1, 1, 1]);
    expect(timeSteps()).toEqual([1, 1, 1, 1, 1]);
  });

  it('[KW3] follows this clock over a thousand changes, within a packet', () => {
    const { sent, writer, timeSteps } = slotOf();
    const sources = [new Source('a'), new Source('b'), new Source('c')];
    for (let at = 0; at < 10_000; at += 1) {
      for (const [phase, source] of sources.entries()) {
        const isTheirs = Math.floor(at / 10) % 3 === phase;
        const packet = source.next();
        if (isTheirs) writer.write(source, packet, at * 20 + phase * 7);
      }
    }
    const took = (sent.at(-1)?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0);
    expect(Math.abs(took / FRAME - 9_999)).toBeLessThanOrEqual(1);
    expect(Math.min(...timeSteps())).toBeGreaterThan(0);
  });

  it('[KW4] is missing what a source lost, and has late what came late, under their numbers', () => {
    const { sent, writer, text, sequenceSteps } = slotOf();
    const ana = new Source('a');
    const packets = Array.from({ length: 6 }, () => ana.next());
    for (const at of [0, 1, 3, 4, 2]) {
      writer.write('ana', packets[at] as (typeof packets)[0], at * 20);
    }
    expect(sequenceSteps()).toEqual([1, 2, 1, -2]);
    expect(text()).toEqual(['a1000;', 'a1001;', 'a1003;', 'a1004;', 'a1002;']);
    const [first, late] = [sent[0] as Sent, sent[4] as Sent];
    expect((late.timestamp - first.timestamp) / FRAME).toBe(2);
  });

  it('[KW5] goes on where a source wraps its numbers', () => {
    const { writer, sequenceSteps, timeSteps } = slotOf();
    const ana = new Source('a', 65_533, 2 ** 32 - 3 * FRAME);
    for (let at = 0; at < 8; at += 1) writer.write('ana', ana.next(), at * 20);
    expect(sequenceSteps()).toEqual(Array(7).fill(1));
    expect(timeSteps()).toEqual(Array(7).fill(1));
  });

  it.each([
    { what: 'forward', jump: 48_000 * 3_600 },
    { what: 'back', jump: -48_000 * 3_600 },
  ])('[KW6] follows this clock where a source jumps $what in time', ({ jump }) => {
    const { sent, writer, sequenceSteps, timeSteps } = slotOf();
    const ana = new Source('a', 1_000, 2 ** 31);
    for (let ms = 0; ms < 60; ms += 20) writer.write('ana', ana.next(), ms);
    ana.timestamp += jump;
    ana.sequence += 5_000;
    for (let ms = 60; ms < 120; ms += 20) writer.write('ana', ana.next(), ms);
    expect(sequenceSteps()).toEqual(Array(5).fill(1));
    expect(timeSteps()).toEqual(Array(5).fill(1));
    expect(sent[3]?.marker).toBe(true);
  });

  it('[KW7] does not run away with a source whose timestamps do', () => {
    const { sent, writer } = slotOf();
    const ana = new Source('a');
    for (let at = 0; at < 3_000; at += 1) {
      writer.write('ana', ana.next(), at * 20);
      ana.timestamp += FRAME;
    }
    const beto = new Source('b');
    for (let at = 3_000; at < 3_010; at += 1) writer.write('beto', beto.next(), at * 20);
    const took = (sent.at(-1)?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0);
    expect(took / FRAME).toBeLessThan(3_010 + 100);
  });

  it('[KW8] drops what comes of a voice from before it came in', () => {
    const { writer, text } = slotOf();
    const [ana, beto] = [new Source('a'), new Source('b')];
    const late = beto.next();
    writer.write('ana', ana.next(), 0);
    writer.write('beto', beto.next(), 500);
    writer.write('beto', late, 510);
    writer.write('beto', beto.next(), 520);
    expect(text().filter((said) => said.startsWith('b'))).toEqual(['b1001;', 'b1002;']);
  });

  it('[KW9] lets discontinuous transmission pass, with its time', () => {
    const { writer, sent, sequenceSteps, timeSteps } = slotOf();
    const ana = new Source('a');
    writer.write('ana', ana.next(), 0);
    writer.write('ana', ana.next({ payload: Uint8Array.of(HYBRID) }), 20);
    ana.pause(380);
    writer.write('ana', ana.next({ marker: true }), 420);
    expect(sequenceSteps()).toEqual([1, 1]);
    expect(timeSteps()).toEqual([1, 20]);
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, true]);
  });
});

describe('the stream of a slot with more frames a packet', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Writes each of `packets` when its turn of 20 ms comes. */
  function play(writer: SlotWriter, packets: readonly (ReturnType<Source['next']> | null)[]): void {
    for (const packet of packets) {
      if (packet) writer.write('ana', packet, performance.now());
      vi.advanceTimersByTime(20);
    }
  }

  it('[KO0] has three frames a packet, under the time of the first', () => {
    const { sent, writer, sequenceSteps, timeSteps } = slotOf(3);
    const ana = new Source('a');
    play(
      writer,
      Array.from({ length: 9 }, () => ana.next()),
    );
    expect(sent.length).toBe(3);
    expect(sequenceSteps()).toEqual([1, 1]);
    expect(timeSteps()).toEqual([3, 3]);
    expect(sent.every(({ payload }) => payload[0] === (HYBRID | 3))).toBe(true);
  });

  it.each([
    { what: 'silence', next: (ana: Source) => ana.next({ payload: Uint8Array.of(HYBRID, 0) }) },
    {
      what: 'another mode',
      next: (ana: Source) => ana.next({ payload: Uint8Array.of(0xf8, 1, 2) }),
    },
    { what: 'a talkspurt', next: (ana: Source) => ana.next({ marker: true }) },
    {
      what: 'a packet of two frames',
      next: (ana: Source) => ana.next({ payload: Uint8Array.of(HYBRID | 1, 1, 2), samples: 1_920 }),
    },
    {
      what: 'a packet of 60 ms',
      next: (ana: Source) => ana.next({ payload: Uint8Array.of(0x58, 1, 2), samples: 2_880 }),
    },
  ])('[KO1] sends what waits before $what', ({ next }) => {
    const { sent, writer, sequenceSteps, timeSteps } = slotOf(3);
    const ana = new Source('a');
    play(writer, [ana.next(), ana.next(), next(ana)]);
    expect(sent[0]?.payload[0]).toBe(HYBRID | 1);
    vi.advanceTimersByTime(100);
    expect(sequenceSteps()).toEqual([1]);
    expect(timeSteps()).toEqual([2]);
  });

  it('[KO2] holds no frame for longer than those would take that it waits for', () => {
    const { sent, writer } = slotOf(3);
    const ana = new Source('a');
    writer.write('ana', ana.next(), performance.now());
    vi.advanceTimersByTime(59);
    expect(sent.length).toBe(0);
    vi.advanceTimersByTime(2);
    expect(sent.length).toBe(1);
  });

  it('[KO3] brings what was overtaken into its order within 60 ms', () => {
    const { sent, writer, sequenceSteps, timeSteps } = slotOf(3);
    const ana = new Source('a');
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => ana.next());
    play(
      writer,
      [a, c, b, d, f, e].map((packet) => packet ?? null),
    );
    expect(sent.length).toBe(2);
    expect(sequenceSteps()).toEqual([1]);
    expect(timeSteps()).toEqual([3]);
  });

  it('[KO4] has a gap in its numbers where a packet does not come in 60 ms, and drops what comes later', () => {
    const { writer, text, sequenceSteps, timeSteps } = slotOf(2);
    const ana = new Source('a');
    const [a, b, lost, d, e, f, g] = Array.from({ length: 7 }, () => ana.next());
    play(
      writer,
      [a, b, null, d, e, f, g, lost].map((packet) => packet ?? null),
    );
    vi.advanceTimersByTime(100);
    expect(sequenceSteps()).toEqual([2, 1]);
    expect(timeSteps()).toEqual([3, 2]);
    expect(text().join('')).not.toContain('a1002');
  });

  it('[KO5] goes on in its numbers when it is changed to one frame a packet and back', () => {
    const { writer, sequenceSteps, timeSteps } = slotOf(3);
    const ana = new Source('a');
    for (const frames of [3, 1, 2, 1, 3] as const) {
      writer.setFramesPerPacket(frames);
      play(
        writer,
        Array.from({ length: 4 }, () => ana.next()),
      );
    }
    vi.advanceTimersByTime(100);
    expect(new Set(sequenceSteps())).toEqual(new Set([1]));
    expect(timeSteps().reduce((sum, step) => sum + step, 0)).toBe(19);
  });

  it('[KO6] does not send what waits of a voice after that of the next', () => {
    const { writer, sent, text, timeSteps } = slotOf(3);
    const [ana, beto] = [new Source('a'), new Source('b')];
    writer.write('ana', ana.next(), 0);
    writer.write('ana', ana.next(), 20);
    for (let ms = 25; ms < 145; ms += 20) writer.write('beto', beto.next(), ms);
    vi.advanceTimersByTime(300);
    expect(text()[0]).toContain('a1001;');
    expect(isSilence(sent[1] as Sent)).toBe(true);
    expect(text().slice(2).join('')).not.toContain('a');
    expect(timeSteps()).toEqual([2, 1, 3]);
  });
});
