import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId } from '#protocol';
import { FLOOD_BAN_MS as BAN_MS } from '#server/domain/bans.ts';
import { RequestLimits } from '#server/domain/requestLimits.ts';

const ana = { peerId: 'ana' as PeerId, address: '192.0.2.1' };
const beto = { peerId: 'beto' as PeerId, address: '198.51.100.1' };
const MINUTE_MS = 60_000;

describe('what may be asked', () => {
  let limits: RequestLimits;
  beforeEach(() => {
    limits = new RequestLimits(() => 0.5);
  });

  /** How many of `count` requests in one moment are taken. */
  const taken = (from: typeof ana, name: string, nowMs: number, count = 100) =>
    Array.from({ length: count }, () => limits.request(from, name, nowMs)).filter(
      (refused) => refused === null,
    ).length;

  /** Asks every millisecond until sent away, or until the time is over. */
  function flood(name: string, fromMs: number, untilMs: number) {
    let [given, refused] = [0, 0];
    for (let nowMs = fromMs; nowMs < untilMs; nowMs += 1) {
      const refusal = limits.request(ana, name, nowMs);
      if (!refusal) given += 1;
      else refused += 1;
      if (refusal?.isLast) return { given, refused, endedMs: nowMs - fromMs };
    }
    return { given, refused, endedMs: null };
  }

  it('[LM1] is 50 requests at once by a person, and then 20 a second', () => {
    expect(taken(ana, 'setMuted', 0)).toBe(50);
    expect(taken(ana, 'setMuted', 500)).toBe(10);
    expect(taken(beto, 'setMuted', 500)).toBe(50);
  });

  it('[LM2] is 20 costly ones of them, and then 5 a second; what is refused takes nothing', () => {
    expect(taken(ana, 'createTransport', 0)).toBe(20);
    expect(taken(ana, 'getPhrases', 1_000)).toBe(5);
    expect(taken(ana, 'setMuted', 1_000)).toBe(50 - 5);
  });

  it.each(['changeSettings', 'ban', 'unban', 'kick'])(
    '[LM24] counts %s among the costly ones: it waits for the disk',
    (name) => {
      expect(taken(ana, name, 0)).toBe(20);
    },
  );

  it('[LM3] is told with the time after which it is taken, and not before', () => {
    taken(ana, 'createTransport', 0);
    expect(limits.request(ana, 'createTransport', 0)).toEqual({ retryAfterMs: 200, isLast: false });
    expect(limits.request(ana, 'createTransport', 200)).toBeNull();
    expect(limits.request(ana, 'createTransport', 200)).toMatchObject({ retryAfterMs: 200 });
    // Who asks too early is told anew.
    const { retryAfterMs } = limits.request(ana, 'createTransport', 399)!;
    expect(retryAfterMs).toBeLessThan(20);
    expect(limits.request(ana, 'createTransport', 399 + retryAfterMs)).toBeNull();
  });

  it('[LM4] lets a school of a hundred in through one address, and no more than that', () => {
    const entrance = [
      'join',
      'createTransport',
      'connectTransport',
      'startReceiving',
      'getPhrases',
    ];
    for (let pupil = 0; pupil < 100; pupil += 1) {
      const from = { peerId: `pupil ${pupil}` as PeerId, address: ana.address };
      expect(limits.knock(ana.address, 0)).toBe(0);
      expect(limits.enter(from.peerId, 0)).toBeNull();
      for (const name of entrance) expect(limits.request(from, name, 0)).toBeNull();
    }
    const others = Array.from({ length: 100 }, (_, index) => `other ${index}` as PeerId);
    const more = others.map((peerId) => taken({ ...ana, peerId }, 'setMuted', 0, 50));
    expect(more.reduce((sum, each) => sum + each)).toBe(1_000 - 500);
    expect(taken(beto, 'setMuted', 0)).toBe(50);
    const after = others.map((peerId) => taken({ ...ana, peerId }, 'setMuted', 1_000, 50));
    expect(after.reduce((sum, each) => sum + each)).toBe(400);
  });

  it('[LM5] ends the visit of who goes on for two seconds, and gives them nothing meanwhile', () => {
    for (const name of ['setMuted', 'getPhrases', 'nonsense']) {
      limits = new RequestLimits(() => 0.5);
      const { given, refused, endedMs } = flood(name, 0, 5_000);
      expect(endedMs).toBeLessThan(1_900);
      expect(given).toBeLessThanOrEqual(52);
      expect(refused / (given + refused)).toBeGreaterThan(0.97);
    }
  });

  it('[LM6] forgives what came at once, and who waits as told, however long', () => {
    for (let asked = 0; asked < 500; asked += 1) {
      expect(limits.request(ana, 'setMuted', 0)?.isLast ?? false).toBe(false);
    }
    for (let second = 5; second < 600; second += 1) {
      const nowMs = second * 1_000;
      let refused = limits.request(ana, 'setMuted', nowMs);
      for (let asked = 1; asked < 200 && !refused; asked += 1) {
        refused = limits.request(ana, 'setMuted', nowMs);
      }
      expect(refused?.isLast).toBe(false);
      expect(limits.request(ana, 'setMuted', nowMs + (refused?.retryAfterMs ?? 0))).toBeNull();
    }
  });

  it('[LM7] forgets an offence after five minutes of peace', () => {
    for (let visit = 0; visit < 4; visit += 1) {
      // Long enough for two strikes.
      expect(flood('setMuted', visit * 6 * MINUTE_MS, visit * 6 * MINUTE_MS + 1_300).endedMs).toBe(
        null,
      );
    }
    expect(flood('setMuted', 19 * MINUTE_MS, 19 * MINUTE_MS + 1_300).endedMs).not.toBe(null);
  });

  it('[LM8] is nothing for a minute for who was sent away, from wherever they come', () => {
    const { endedMs } = flood('setMuted', 0, 5_000);
    const nowMs = Number(endedMs);
    const elsewhere = { ...ana, address: beto.address };
    expect(limits.enter(ana.peerId, nowMs + 1)?.retryAfterMs).toBe(BAN_MS - 1);
    expect(limits.request(elsewhere, 'setMuted', nowMs + BAN_MS - 1)?.isLast).toBe(true);
    expect(limits.enter(ana.peerId, nowMs + BAN_MS)).toBeNull();
  });

  it('[LM9] does not grow by coming again, which is a costly request itself', () => {
    const entered = Array.from({ length: 50 }, () => limits.enter(ana.peerId, 0));
    expect(entered.filter((refused) => refused === null)).toHaveLength(20);
    expect(limits.request(ana, 'join', 0)).not.toBeNull();
  });

  it('[LM10] counts nothing against a person whose neighbours ask too much', () => {
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
      for (let index = 0; index < 100; index += 1) {
        taken({ ...ana, peerId: `neighbour ${index}` as PeerId }, 'setMuted', nowMs, 50);
      }
      expect(limits.request(ana, 'setMuted', nowMs)).toMatchObject({ isLast: false });
    }
  });

  it('[LM21] counts the knocks of an address apart: 300 at once, and then 100 a second', () => {
    const knocks = (nowMs: number) =>
      Array.from({ length: 5_000 }, () => limits.knock(ana.address, nowMs)).filter(
        (retryAfterMs) => retryAfterMs === 0,
      ).length;
    expect(knocks(0)).toBe(300);
    expect(knocks(1_000)).toBe(100);
    expect(limits.knock(beto.address, 1_000)).toBe(0);
    // Strangers who have no token silence nobody.
    expect(taken(ana, 'setMuted', 1_000)).toBe(50);
  });

  it('[LM22] tells each of a crowd at one address another time, and lets them through then', () => {
    const crowd = Array.from({ length: 900 }, () => limits.knock(ana.address, 0));
    const told = crowd.filter((retryAfterMs) => retryAfterMs > 0);
    expect(told).toHaveLength(600);
    expect(told.slice(0, 3)).toEqual([1_000, 1_010, 1_020]);
    expect(told.map((nowMs) => limits.knock(ana.address, nowMs))).toEqual(told.map(() => 0));
  });

  it('[LM23] does so with those at an address who are in', () => {
    const pupil = (index: number) => ({ ...ana, peerId: `pupil ${index}` as PeerId });
    for (let index = 0; index < 20; index += 1) taken(pupil(index), 'setMuted', 0, 50);
    const told = Array.from({ length: 200 }, (_, index) => {
      const refused = limits.request(pupil(100 + index), 'join', 0);
      return refused?.retryAfterMs ?? 0;
    });
    expect(told.slice(0, 3)).toEqual([1_000, 1_025, 1_050]);
    expect(new Set(told).size).toBe(200);
    for (const [index, nowMs] of told.entries()) {
      expect(taken(pupil(100 + index), 'join', nowMs, 10)).toBe(10);
    }
  });

  it('[LM20] loses patience sooner with an address from which many flood', () => {
    const flooders = Array.from({ length: 10 }, (_, index) => ({
      ...ana,
      peerId: `flooder ${index}` as PeerId,
    }));
    const endedMs = flooders.map(() => Infinity);
    for (let nowMs = 0; nowMs < 2_000; nowMs += 1) {
      for (const [index, from] of flooders.entries()) {
        const refused = limits.request(from, 'setMuted', nowMs);
        if (refused?.isLast) endedMs[index] = Math.min(endedMs[index]!, nowMs);
      }
    }
    expect(Math.max(...endedMs)).toBeLessThan(500);
    // A neighbour who sends a little too much, and waits as told.
    const refused = Array.from({ length: 60 }, () => limits.request(beto, 'setMuted', 2_000));
    expect(refused.some((it) => it?.isLast)).toBe(false);
  });
});
