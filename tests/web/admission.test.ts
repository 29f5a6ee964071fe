import { beforeEach, describe, expect, it } from 'vitest';
import { ProtocolError, type ErrorCode, type Listen, type RoomSnapshot } from '#protocol';
import { opusCapabilities } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { refusalFrom } from '#tests/support/refusals.ts';
import { Admission } from '#web/client/admission.ts';

const SNAPSHOT = { revision: 7 } as RoomSnapshot;
const AGREED = { answer: 'granted', language: 'es', named: false } as const;

describe('the way into a room', () => {
  /** What `join` is answered with; a snapshot where nothing is left. */
  let refusals: ErrorCode[];
  let asked: unknown[];
  let waited: number;
  let listen: Listen | undefined;
  let admission: Admission;
  beforeEach(() => {
    [refusals, asked, waited, listen] = [[], [], 0, undefined];
    admission = new Admission({
      signaling: {
        request: async (_name, input) => {
          asked.push(input);
          const code = refusals.shift();
          if (code) throw new ProtocolError(code, 'refused');
          return SNAPSHOT as never;
        },
      },
      consent: AGREED,
      listen: async () => listen,
      heldOff: () => {},
      waiting: () => (waited += 1),
    });
  });

  it('[EL1] goes through the lobby: asked again once one is let in, with the same answer', async () => {
    refusals = ['WAITING', 'WAITING'];
    const entering = admission.ask();
    await settled();
    expect([waited, asked.length]).toEqual([1, 1]);
    admission.admitted();
    await settled();
    // The lobby was on again meanwhile.
    expect([waited, asked.length]).toEqual([2, 2]);
    admission.admitted();
    expect(await entering).toBe(SNAPSHOT);
    expect(asked).toEqual(Array.from({ length: 3 }, () => ({ consent: AGREED })));
  });

  it('[LW3] has the way in asked for along with it, each time', async () => {
    listen = { rtpCapabilities: opusCapabilities() };
    refusals = ['WAITING'];
    const entering = admission.ask();
    await settled();
    admission.admitted();
    expect(await entering).toBe(SNAPSHOT);
    expect(asked).toEqual(Array.from({ length: 2 }, () => ({ consent: AGREED, ...listen })));
  });

  it('[EL2] is begun anew over another connection, and the one before is of no interest', async () => {
    refusals = ['WAITING', 'WAITING'];
    const first = admission.ask();
    await settled();
    const second = admission.ask();
    await settled();
    expect([waited, asked.length]).toEqual([2, 2]);
    admission.admitted();
    expect(await second).toBe(SNAPSHOT);
    expect(asked).toHaveLength(3);
    const forgotten = Symbol('forgotten');
    expect(await Promise.race([first, settled().then(() => forgotten)])).toBe(forgotten);
  });

  it('[EL2] and what is still said over the one before leads nowhere', async () => {
    refusals = ['WAITING'];
    const first = admission.ask();
    while (asked.length === 0) await Promise.resolve();
    const second = admission.ask();
    expect([await first, await second, waited]).toEqual([null, SNAPSHOT, 0]);
  });

  it('[EL3] ends with whatever else is said, and asks without an answer given for another time', async () => {
    refusals = ['WAITING', 'ROOM_LOCKED'];
    const entering = refusalFrom(admission.ask());
    await settled();
    admission.admitted();
    expect(await entering).toBe('ROOM_LOCKED');
    await admission.ask();
    await admission.ask();
    expect(asked.slice(2)).toEqual([{ consent: AGREED }, {}]);
  });

  it('[EL4] knows of a yes that comes before the wait has begun', async () => {
    refusals = ['WAITING'];
    const entering = admission.ask();
    admission.admitted();
    expect(await entering).toBe(SNAPSHOT);
  });

  it('[EL5] leads nowhere once nobody wants to come in', async () => {
    const entering = admission.ask();
    admission.close();
    expect(await entering).toBeNull();
  });
});
