import { describe, expect, it } from 'vitest';
import { verdictOf, type SoundWay } from '#web/client/connectionVerdict.ts';

const sound = (lostUp: number, lostDown: number): SoundWay => ({
  way: 'udp',
  roundTripMs: 20,
  lostUp,
  lostDown,
});

describe('what a network allows', () => {
  it.each([
    ['speak', 0, 0, false],
    ['speak', 0.09, 0.1, false],
    ['speak', 0.2, 0, true],
    ['speak', 0, 0.35, true],
    ['listen', 0.36, 0, false],
    ['listen', 1, 0.2, true],
    ['read', 0, 0.36, false],
    ['read', 1, 1, false],
  ] as const)('[CT18] is to %s with %d lost up and %d lost down', (allows, up, down, choppy) => {
    expect(verdictOf({ sound: sound(up, down), socket: true }, true)).toEqual({ allows, choppy });
  });

  it('[CT19] is to listen for a role that listens, whatever becomes of the way up', () => {
    for (const lostUp of [0, 0.2, 1]) {
      const verdict = verdictOf({ sound: sound(lostUp, 0), socket: true }, false);
      expect(verdict).toEqual({ allows: 'listen', choppy: false });
    }
  });

  it('[CT20] is to read where there is a socket and no way for sound', () => {
    expect(verdictOf({ sound: null, socket: true }, true)?.allows).toBe('read');
  });

  it('[CT21] is nothing without a socket, however well sound would go', () => {
    expect(verdictOf({ sound: sound(0, 0), socket: false }, true)?.allows).toBe('nothing');
    expect(verdictOf({ sound: null, socket: false }, false)?.allows).toBe('nothing');
  });

  it('[CT41] is not told by a socket that was not heard in time where sound goes', () => {
    expect(verdictOf({ sound: sound(0, 0), socket: null }, true)).toBe(null);
    expect(verdictOf({ sound: null, socket: null }, true)?.allows).toBe('nothing');
  });
});
