import { describe, expect, it } from 'vitest';
import type { RoomId } from '#protocol';
import { FLOOD_BAN_MS } from '#server/domain/bans.ts';
import { PAUSE_MS } from '#server/domain/floodGuard.ts';
import { draft } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';

const TOO_MANY = 31;
const STRIKES = 3;

/** Floods until the visit ends. */
function flood(house: House, visitor: Visitor): void {
  for (let strike = 0; strike < STRIKES; strike += 1) {
    for (let count = 0; count < TOO_MANY; count += 1) visitor.say(draft());
    if (strike < STRIKES - 1) house.clock.advance(PAUSE_MS);
  }
}

describe('who was removed for flooding', () => {
  it('[BN3] may not come back with the same token for a minute, and then may', async () => {
    const house = new House();
    await house.enter('moderator');
    const ana = await house.enter('speaker');
    flood(house, ana);
    expect(ana.channel.removedWith).toBe('RATE_LIMITED');

    const again = house.visitor(ana.session.identity);
    await expect(again.request('join', {})).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: FLOOD_BAN_MS,
    });
    house.clock.advance(FLOOD_BAN_MS - 1);
    await expect(again.request('join', {})).rejects.toMatchObject({ retryAfterMs: 1 });
    house.clock.advance(1);
    await again.request('join', {});
  });

  it('[BN4] keeps nobody else out, and is not kept out of another room', async () => {
    const house = new House();
    const ana = await house.enter('speaker');
    flood(house, ana);
    await house.enter('speaker');
    const elsewhere = { ...ana.session.identity, roomId: 'room-0000002' as RoomId };
    await house.visitor(elsewhere).request('join', {});
  });
});
