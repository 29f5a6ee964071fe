import { beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '#protocol';
import { makeConnectionTestId, relayNameOf } from '#server/ids.ts';
import { ConnectionTests } from '#server/session/connectionTests.ts';
import { ATTEMPTS, askAgainAfterMs, beginAfterMs } from '#web/client/testTurns.ts';
import { ROOM_ID } from '#tests/support/builders.ts';
import { FakeProbes } from '#tests/support/fakeProbes.ts';
import { FakeClock, FakeIceServers, settled } from '#tests/support/fakes.ts';

/** What a test takes where all is well. */
const TEST_MS = 2_600;
const STEP_MS = 50;

describe('connection tests', () => {
  let clock: FakeClock;
  let probes: FakeProbes;
  let tests: ConnectionTests;
  beforeEach(() => {
    clock = new FakeClock();
    probes = new FakeProbes();
    tests = new ConnectionTests({
      engine: probes,
      iceServers: new FakeIceServers(),
      clock,
      makeTestId: makeConnectionTestId,
      relayNameOf,
    });
  });

  const open = async (address = '192.0.2.1', roomId = ROOM_ID) => ({
    roomId,
    ...(await tests.open({ roomId, role: 'speaker', address })),
  });
  let rooms = 0;
  const nextRoom = () => `room-${String((rooms += 1)).padStart(7, '0')}` as RoomId;
  /** How many of `count` tests, each ended before the next one, could be had. */
  async function openAndClose(count: number, ask: () => ReturnType<typeof open>): Promise<number> {
    let made = 0;
    for (let attempt = 0; attempt < count; attempt += 1) {
      const test = await ask().catch(() => null);
      if (!test) continue;
      made += 1;
      tests.close(test.roomId, test.testId);
    }
    return made;
  }
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    );

  it('[CT7] end after 10 s whatever happens, and their ids with them', async () => {
    const { testId } = await open();
    clock.advance(9_999);
    expect(probes.open).toHaveLength(1);
    clock.advance(1);
    expect(probes.open).toEqual([]);
    expect(() => tests.close(ROOM_ID, testId)).toThrow('no such test');
  });

  it('[CT8] are four at once for one link at one address, and others are told when to ask', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => codeOf(open())));
    expect(answers.filter((it) => it === 'ok')).toHaveLength(4);
    expect(answers.filter((it) => it === 'RATE_LIMITED')).toHaveLength(26);
    expect(await codeOf(open('192.0.2.2'))).toBe('ok');
    await expect(open()).rejects.toMatchObject({ retryAfterMs: 3_000 });
    clock.advance(10_000);
    expect(await codeOf(open())).toBe('ok');
  });

  it('[CT9] are sixteen at once on the whole server', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => codeOf(open(`192.0.2.${String(index)}`))),
    );
    expect(answers.filter((it) => it === 'ok')).toHaveLength(16);
  });

  it('[CT10] cannot be made one after another without end', async () => {
    expect(await openAndClose(100, () => open())).toBe(12);
    clock.advance(1_000);
    expect(await codeOf(open())).toBe('ok');
  });

  it('[CT11] give their place back when they could not be opened', async () => {
    probes.fails = true;
    for (let attempt = 0; attempt < 8; attempt += 1) await expect(open()).rejects.toThrow('worker');
    probes.fails = false;
    expect(await codeOf(open())).toBe('ok');
  });

  it('[CT12] are reached through the room whose link they were asked with, and no other', async () => {
    const { testId } = await open();
    const other = 'room-0000002' as RoomId;
    expect(() => tests.close(other, testId)).toThrow('no such test');
    const ends = {} as never;
    expect(await codeOf(tests.connect(other, testId, ends))).toBe('NOT_FOUND');
    expect(await codeOf(tests.connect(ROOM_ID, testId, ends))).toBe('ok');
    expect(await codeOf(tests.connect(ROOM_ID, testId, ends))).toBe('WRONG_STATE');
  });

  it('[CT13] all end when the server stops, those that are only being opened too', async () => {
    await open();
    probes.opening.hold();
    const late = codeOf(open());
    tests.closeAll();
    probes.opening.open();
    await settled();
    await late;
    expect(probes.probes).toHaveLength(2);
    expect(probes.open).toEqual([]);
    expect(await codeOf(open())).toBe('SERVER_STOPPING');
  });

  it('[CT14] hand out the same servers against firewalls as a room does', async () => {
    const { send, receive } = await open();
    expect(send.iceServers).toHaveLength(1);
    expect(receive.iceServers).toEqual(send.iceServers);
  });

  it('[TP1] are eight at once for one address, however many rooms it makes', async () => {
    const rooms = Array.from({ length: 20 }, (_, index) => `room-${String(index)}` as RoomId);
    const answers = await Promise.all(rooms.map((room) => codeOf(open('192.0.2.1', room))));
    expect(answers.filter((it) => it === 'ok')).toHaveLength(8);
    expect(await codeOf(open('192.0.2.2'))).toBe('ok');
    expect(await openAndClose(100, () => open('192.0.2.3', nextRoom()))).toBe(24);
    clock.advance(3_000);
    expect(await openAndClose(100, () => open('192.0.2.3', nextRoom()))).toBe(12);
  });

  it('[TP2] are 48 and then eight a second on the whole server, from however many addresses', async () => {
    let asked = 0;
    const fromAnywhere = () => open(`192.0.2.${String((asked += 1))}`, nextRoom());
    expect(await openAndClose(100, fromAnywhere)).toBe(48);
    clock.advance(2_000);
    expect(await openAndClose(100, fromAnywhere)).toBe(16);
    await expect(fromAnywhere()).rejects.toMatchObject({ retryAfterMs: 3_000 });
  });

  it('[TP3] of one address ask for relays in four names, which tell nobody who asks', async () => {
    const names: string[] = [];
    const noted = async (address: string) => {
      const test = await open(address, nextRoom());
      names.push(test.send.iceServers?.[0]?.username?.split(':')[1] ?? '');
      return test;
    };
    for (let round = 0; round < 3; round += 1) {
      const opened = [];
      for (let index = 0; index < 8; index += 1) opened.push(await noted('192.0.2.1'));
      const uses = Map.groupBy(names.slice(-8), (name) => name);
      expect([...uses.values()].map(({ length }) => length)).toEqual([2, 2, 2, 2]);
      for (const { testId, roomId } of opened) tests.close(roomId, testId);
    }
    expect(new Set(names).size).toBe(4);
    clock.advance(10_000);
    await noted('192.0.2.2');
    expect(new Set(names).size).toBe(5);
    expect(names.join()).not.toContain('192.0.2');
  });

  it('[CT31] give a class of thirty behind one address a verdict each within a minute', async () => {
    const random = steadily();
    let verdicts = 0;
    const ask = async (attempt: number) => {
      try {
        const { testId } = await open();
        clock.after(TEST_MS, () => {
          tests.close(ROOM_ID, testId);
          verdicts += 1;
        });
      } catch (error) {
        const { retryAfterMs } = error as { retryAfterMs?: number };
        const wait = askAgainAfterMs(retryAfterMs, random());
        if (attempt < ATTEMPTS) clock.after(wait, () => void ask(attempt + 1));
      }
    };
    for (let pupil = 0; pupil < 30; pupil += 1) {
      clock.after(beginAfterMs(random()), () => void ask(1));
    }
    let mostAtOnce = 0;
    for (let elapsedMs = 0; elapsedMs < 60_000; elapsedMs += STEP_MS) {
      clock.advance(STEP_MS);
      await settled();
      mostAtOnce = Math.max(mostAtOnce, probes.open.length);
    }
    expect(verdicts).toBe(30);
    expect(mostAtOnce).toBe(4);
  });
});

/** Numbers from 0 to 1 that look random and are the same each time (Park and Miller's generator). */
function steadily(): () => number {
  let seed = 4_711;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}
