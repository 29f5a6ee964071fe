import { beforeEach, describe, expect, it } from 'vitest';
import { ROOM_ID, invitedAs } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';

describe('whom a room knows, as the doors of HTTP ask', () => {
  let house: House;
  let mia: Visitor;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    mia = await house.enter('moderator');
    ana = await house.enter('speaker');
  });

  const knows = ({ session }: Visitor) => house.registry.knows(session.identity);

  it('[DO11] are those who are in, and who were and went by themselves', async () => {
    expect([knows(mia), knows(ana), knows(house.visitor())]).toEqual([true, true, false]);
    await ana.request('leave', {});
    expect(knows(ana)).toBe(true);
    const { identity } = mia.session;
    const elsewhere = { ...identity, roomId: 'room-0000009' as typeof ROOM_ID };
    expect(house.registry.knows(elsewhere)).toBe(false);
    // Nor what they do not come in by: another invitation that they had once.
    expect(house.registry.knows({ ...identity, invitationId: invitedAs('audience') })).toBe(false);
  });

  it.each([
    ['kicked', () => mia.request('kick', { peerId: ana.peerId })],
    ['banned', () => mia.request('ban', { peerId: ana.peerId, revokeInvitation: false })],
    [
      'ended with their invitation',
      async () => house.registry.endAdmitted(ROOM_ID, invitedAs('speaker'), null),
    ],
  ])('[DO11] are not those who were %s', async (_how, takeOut) => {
    await takeOut();
    expect([knows(mia), knows(ana)]).toEqual([true, false]);
  });

  it('[DO11] are none once everybody has left', async () => {
    await ana.request('leave', {});
    await mia.request('leave', {});
    expect([knows(mia), knows(ana)]).toEqual([false, false]);
  });
});
