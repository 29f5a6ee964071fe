import { describe, expect, it } from 'vitest';
import { FRAME, HYBRID, isSilence, slotOf, Source, type Sent } from '#tests/support/slotSource.ts';

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
