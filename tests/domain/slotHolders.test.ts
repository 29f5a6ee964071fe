import { describe, expect, it } from 'vitest';
import { SlotHolders } from '#server/domain/slotHolders.ts';
import { random } from './support/talker.ts';

const HYBRID = 0x78;
const CELT = 0xf8;
const SILK = 0x48;
const FRAME_MS = 20;

const packet = (toc: number, bytes: number) => Uint8Array.of(toc, ...Array<number>(bytes).fill(7));
/** Code 3, one frame of one byte, the rest padding. */
const padded = (bytes: number) =>
  Uint8Array.of(CELT | 3, 0x41, bytes - 4, 7, ...Array<number>(bytes - 4).fill(0));

/** 20 ms as Chromium sends them. */
const speech = (claimedDbov: number | null = -25) => ({
  claimedDbov,
  payload: packet(HYBRID, 80),
  samples: 960,
});
const quiet = () => ({ claimedDbov: -127, payload: packet(HYBRID, 34), samples: 960 });

/** Somebody's packets from a time on, until another, every 20 ms. Returns the slots they went into. */
function talk(
  holders: SlotHolders<string>,
  who: string,
  options: { fromMs: number; toMs: number; dBov?: number; sound?: typeof speech },
): (number | null)[] {
  const slots: (number | null)[] = [];
  for (let nowMs = options.fromMs; nowMs < options.toMs; nowMs += FRAME_MS) {
    slots.push(holders.hear(who, (options.sound ?? speech)(options.dBov ?? -25), nowMs));
  }
  return slots;
}

/** Both at once, packet by packet. */
function talkOver(
  holders: SlotHolders<string>,
  voices: Record<string, number>,
  times: { fromMs: number; toMs: number },
): void {
  for (let fromMs = times.fromMs; fromMs < times.toMs; fromMs += FRAME_MS) {
    for (const [who, dBov] of Object.entries(voices)) {
      talk(holders, who, { fromMs, toMs: fromMs + FRAME_MS, dBov });
    }
  }
}

function holdersOf(count: number, ...who: string[]): SlotHolders<string> {
  const holders = new SlotHolders<string>(count);
  for (const one of who) holders.add(one);
  return holders;
}

describe('whose voice is in a slot', () => {
  it('[KH1] is the first who says something, from the first packet of it on', () => {
    const holders = holdersOf(2, 'ana', 'beto');
    expect(holders.hear('ana', quiet(), 0)).toBeNull();
    expect(holders.hear('ana', speech(), 20)).toBe(0);
    expect(holders.hear('beto', speech(), 21)).toBe(1);
    expect(holders.holders).toEqual(['ana', 'beto']);
  });

  it('[KH2] stays the same while nobody needs it, however long they are silent', () => {
    const holders = holdersOf(1, 'ana', 'beto');
    talk(holders, 'ana', { fromMs: 0, toMs: 1_000 });
    talk(holders, 'beto', { fromMs: 1_000, toMs: 60_000, sound: quiet });
    expect(holders.holders).toEqual(['ana']);
    expect(holders.hear('ana', quiet(), 60_000)).toBe(0);
  });

  it('[KH3] is a new one with their first word, where somebody has been silent for 200 ms, but not in a pause of breath', () => {
    const holders = holdersOf(2, 'ana', 'beto', 'carla');
    talk(holders, 'beto', { fromMs: 0, toMs: 1_980 });
    talk(holders, 'ana', { fromMs: 0, toMs: 2_000 });
    expect(holders.hear('carla', speech(), 2_150)).toBeNull();
    expect(holders.hear('carla', speech(), 2_170)).toBe(0);
    expect(holders.holders).toEqual(['carla', 'ana']);
  });

  it('[KH4] is who has been 6 dB louder than the quietest for 80 ms, where that one has had it for a second', () => {
    const holders = holdersOf(2, 'ana', 'beto', 'carla');
    talkOver(holders, { ana: -30, beto: -40 }, { fromMs: 0, toMs: 400 });
    talkOver(holders, { ana: -30, beto: -40, carla: -25 }, { fromMs: 400, toMs: 980 });
    expect(holders.slotOf('carla')).toBeNull();
    talkOver(holders, { ana: -30, beto: -40, carla: -25 }, { fromMs: 980, toMs: 1_120 });
    expect(holders.holders).toEqual(['ana', 'carla']);
  });

  it('[KH5] is not who is a little louder, or loud for a moment', () => {
    const holders = holdersOf(1, 'ana', 'beto');
    talkOver(holders, { ana: -30 }, { fromMs: 0, toMs: 2_000 });
    talkOver(holders, { ana: -30, beto: -25 }, { fromMs: 2_000, toMs: 5_000 });
    talkOver(holders, { ana: -30, beto: -60 }, { fromMs: 5_000, toMs: 6_000 });
    talkOver(holders, { ana: -30, beto: -20 }, { fromMs: 6_000, toMs: 6_080 });
    talkOver(holders, { ana: -30, beto: -60 }, { fromMs: 6_080, toMs: 7_000 });
    expect(holders.holders).toEqual(['ana']);
  });

  it('[KH6] is anybody who speaks, at once, where its holder closed their microphone or left', () => {
    const holders = holdersOf(2, 'ana', 'beto', 'carla', 'dora');
    talkOver(holders, { ana: -25, beto: -25 }, { fromMs: 0, toMs: 1_000 });
    holders.silence('ana');
    expect(holders.hear('carla', speech(), 1_001)).toBe(0);
    expect(holders.remove('beto')).toBe(1);
    expect(holders.holders).toEqual(['carla', null]);
    expect(holders.hear('dora', speech(), 1_002)).toBe(1);
  });

  it.each([
    { what: 'discontinuous transmission', payload: packet(HYBRID, 0), everyMs: 20 },
    { what: 'its refreshed silence', payload: packet(HYBRID, 34), everyMs: 400 },
    { what: 'digital silence in CELT', payload: packet(CELT, 2), everyMs: 20 },
    { what: 'digital silence of both', payload: packet(HYBRID, 34), everyMs: 20 },
    { what: 'silence in SILK', payload: packet(SILK, 8), everyMs: 20 },
    { what: 'padding', payload: padded(120), everyMs: 20 },
  ])('[KH7] is nobody who claims to be loud in $what', ({ payload, everyMs }) => {
    const holders = holdersOf(2, 'ana', 'loud');
    talk(holders, 'ana', { fromMs: 0, toMs: 1_000 });
    for (let nowMs = 0; nowMs < 10_000; nowMs += everyMs) {
      expect(holders.hear('loud', { claimedDbov: 0, payload, samples: 960 }, nowMs)).toBeNull();
    }
  });

  it('[KH8] does not stay who sends a packet of bytes now and then and claims to be loud in all', () => {
    const holders = holdersOf(1, 'loud', 'ana');
    for (let nowMs = 0; nowMs < 3_000; nowMs += FRAME_MS) {
      const payload = packet(HYBRID, nowMs % 180 === 0 ? 90 : 20);
      holders.hear('loud', { claimedDbov: 0, payload, samples: 960 }, nowMs);
      if (nowMs === 2_000) expect(holders.slotOf('loud')).toBe(0);
      if (nowMs >= 2_000) holders.hear('ana', speech(-35), nowMs);
      if (nowMs === 2_120) expect(holders.slotOf('ana')).toBe(0);
    }
    expect(holders.holders).toEqual(['ana']);
  });

  it('[KH9] is not taken by a claim of more than speech has', () => {
    const holders = holdersOf(1, 'ana', 'loud');
    talkOver(holders, { ana: -24 }, { fromMs: 0, toMs: 2_000 });
    talkOver(holders, { ana: -24, loud: 0 }, { fromMs: 2_000, toMs: 6_000 });
    expect(holders.holders).toEqual(['ana']);
  });

  it('[KH10] is also who speaks at 12 kbit/s, or says no level', () => {
    const holders = holdersOf(2, 'ana', 'beto', 'carla');
    const low = { claimedDbov: -25, payload: packet(SILK, 25), samples: 960 };
    expect(holders.hear('ana', low, 0)).toBe(0);
    expect(holders.hear('beto', speech(null), 0)).toBe(1);
    talkOver(holders, { ana: -25, carla: -25 }, { fromMs: 0, toMs: 2_000 });
    expect(holders.holders).toEqual(['ana', 'carla']);
  });
});

describe('a lively stage of twelve in three slots', () => {
  const SECONDS = 600;
  /** Phrases of 0.5 to 4 s with syllables and pauses, after silences of 1 to 12 s. */
  function lively() {
    const noise = random(11);
    const holders = holdersOf(3, ...Array.from({ length: 12 }, (_, at) => `p${at}`));
    const people = Array.from({ length: 12 }, (_, at) => ({
      id: `p${at}`,
      dBov: -22 - Math.floor(noise() * 12),
      speaksFromMs: 12_000 * noise(),
      speaksToMs: 0,
    }));
    const [waitsMs, tenuresMs]: [number[], number[]] = [[], []];
    const since = new Map<string, number>();
    const lastSaid = new Map<string, number>();
    for (let nowMs = 0; nowMs < SECONDS * 1_000; nowMs += FRAME_MS) {
      for (const person of people) {
        if (nowMs < person.speaksFromMs) continue;
        if (person.speaksToMs < person.speaksFromMs) {
          person.speaksToMs = person.speaksFromMs + 500 + 3_500 * noise();
          const silent = (id: string | null) =>
            nowMs - (lastSaid.get(id ?? '') ?? -Infinity) >= 200;
          const isEasy = holders.slotOf(person.id) !== null || holders.holders.some(silent);
          if (isEasy) waitsMs.push(-nowMs);
        }
        const before = [...holders.holders];
        const dBov = person.dBov - 12 * noise();
        const slot = holders.hear(person.id, speech(dBov), nowMs);
        lastSaid.set(person.id, nowMs);
        if (slot !== null && (waitsMs.at(-1) ?? 0) < 0) waitsMs.push((waitsMs.pop() ?? 0) + nowMs);
        if (slot !== null && before[slot] !== person.id) {
          const thrownOut = before[slot];
          const isSpeaking = nowMs - (lastSaid.get(thrownOut ?? '') ?? -Infinity) < 200;
          if (thrownOut && isSpeaking) tenuresMs.push(nowMs - (since.get(thrownOut) ?? 0));
          since.set(person.id, nowMs);
        }
        if (nowMs >= person.speaksToMs) person.speaksFromMs = nowMs + 1_000 + 11_000 * noise();
      }
    }
    return { waitsMs, tenuresMs };
  }

  it('[KH11] hears a new voice at once where a holder is silent, and throws nobody out within a second', () => {
    const { waitsMs, tenuresMs } = lively();
    expect(waitsMs.length).toBeGreaterThan(200);
    expect(Math.max(...waitsMs)).toBeLessThanOrEqual(FRAME_MS);
    expect(Math.min(...tenuresMs)).toBeGreaterThanOrEqual(1_000);
    expect(tenuresMs.length / (SECONDS / 60)).toBeLessThan(20);
  });
});
