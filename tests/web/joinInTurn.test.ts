import { describe, expect, it } from 'vitest';
import { ProtocolError, type RoomSnapshot } from '#protocol';
import { joinInTurn } from '#web/client/joinInTurn.ts';

const busy = new ProtocolError('RATE_LIMITED', 'many come in at once', { retryAfterMs: 5 });
const snapshot = { revision: 1 } as RoomSnapshot;

/** Answers what is asked with one of these after another. */
function asking(
  answers: readonly (RoomSnapshot | Error)[],
  { isWanted = (): boolean => true } = {},
) {
  const asked: unknown[] = [];
  let heldOff = 0;
  const joined = joinInTurn({
    signaling: {
      request: (async (_name: string, input: unknown) => {
        asked.push(input);
        const answer = answers[asked.length - 1];
        if (answer instanceof Error) throw answer;
        return answer;
      }) as never,
    },
    asked: {},
    heldOff: () => (heldOff += 1),
    isWanted: () => isWanted(),
  });
  return { asked, joined, heldOff: () => heldOff };
}

describe('a join that a busy server refuses', () => {
  it('[CS8] is asked again when the server said, until it is let in', async () => {
    const { asked, joined, heldOff } = asking([busy, busy, snapshot]);
    expect(await joined).toBe(snapshot);
    expect([asked.length, heldOff()]).toEqual([3, 2]);
  });

  it('[CS8] is not, where the server said no time, or nobody wants to know', async () => {
    const full = new ProtocolError('ROOM_FULL', 'full');
    await expect(asking([busy, full]).joined).rejects.toBe(full);
    let wanted = 2;
    const { asked, joined } = asking([busy, snapshot], { isWanted: () => (wanted -= 1) > 0 });
    expect(await joined).toBeNull();
    expect(asked).toHaveLength(1);
  });
});
