import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SlotWriter } from '#server/media/slotWriter.ts';
import { HYBRID, isSilence, slotOf, Source, type Sent } from '#tests/support/slotSource.ts';

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
