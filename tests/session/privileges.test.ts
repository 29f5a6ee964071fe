import { expect, it } from 'vitest';
import type { ErrorCode } from '#protocol';
import { ROOM_ID, invitedAs, rtpParameters } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const TRIES = 200;

/** How somebody loses what they had while they are offline. */
const LOSSES = {
  demoted: (mia: Visitor, { peerId }: Visitor) =>
    mia.request('setRole', { peerId, role: 'audience' }),
  kicked: (mia: Visitor, { peerId }: Visitor) => mia.request('kick', { peerId }),
  banned: (mia: Visitor, { peerId }: Visitor) => mia.request('ban', { peerId }),
} as const;

type Loss = keyof typeof LOSSES;

/** How they come back: null where nothing takes them in. */
const RETURNS = {
  resumed: async (house: House, visitor: Visitor) => {
    const back = house.comeBack(visitor);
    return back && ((await refusalFrom(back.join())) === 'allowed' ? back : null);
  },
  anew: async (house: House, visitor: Visitor) => {
    const back = house.visitor({ ...visitor.session.identity });
    return (await refusalFrom(back.join())) === 'allowed' ? back : null;
  },
  afterGrace: async (house: House, visitor: Visitor) => {
    house.clock.advance(25_000);
    return RETURNS.anew(house, visitor);
  },
  afterCrash: async (house: House, visitor: Visitor) =>
    RETURNS.anew(new House({ after: house }), visitor),
} as const;

/** What needs a privilege: each is asked past the gate too, as the room itself must refuse it. */
async function attempts(back: Visitor, mia: Visitor): Promise<(ErrorCode | 'allowed')[]> {
  const gate = back.session.gateState;
  return [
    gate === 'audience' ? 'FORBIDDEN' : 'allowed',
    await refusalFrom(back.request('createTransport', {})),
    await refusalFrom(
      back.request('produce', { rtpParameters: rtpParameters(), muted: false, mutes: 0 }),
    ),
    await refusalFrom(back.request('answerFloor', { accept: true })),
    // What the gate lets nobody but moderators ask.
    gate === 'moderator' ? await refusalFrom(back.request('mutePeer', mia)) : 'FORBIDDEN',
  ];
}

it('[PX2] holds what a moderator decided before anybody is back after a crash, and whoever is first', async () => {
  const house = new House();
  const mia = await house.enter('moderator');
  const [ana, beto] = [await house.enter('moderator'), await house.enter('speaker')];
  await mia.request('setRole', { peerId: ana.peerId, role: 'audience' });
  const restarted = new House({ after: house });
  expect(restarted.registry.roleOf(ana.session.identity)).toBe('audience');
  restarted.registry.endAdmitted(ROOM_ID, invitedAs('speaker'), null);
  restarted.book.revoke(ROOM_ID, invitedAs('speaker'));
  const back = (visitor: Visitor) => restarted.visitor({ ...visitor.session.identity });
  expect(await refusalFrom(back(beto).join())).toBe('INVITATION_REVOKED');
  const first = back(ana);
  await first.join();
  await first.request('leave', {});
  const again = back(ana);
  await again.join();
  expect(again.session.gateState).toBe('audience');
  // The same where a network takes the others, and the one who is left leaves.
  const other = back(mia);
  await other.join();
  other.lose();
  restarted.clock.advance(25_000);
  await again.request('leave', {});
  const third = back(ana);
  await third.join();
  expect(third.session.gateState).toBe('audience');
});

it('[PX3] lets a better invitation count beside a gift, and not against a fall', async () => {
  const house = new House();
  const mia = await house.enter('moderator');
  const [ana, beto] = [await house.enter('audience'), await house.enter('speaker')];
  await mia.request('giveFloor', { peerId: ana.peerId });
  await ana.request('answerFloor', { accept: true });
  await mia.request('setRole', { peerId: beto.peerId, role: 'audience' });
  const asModerator = async (visitor: Visitor) => {
    const { identity } = visitor.session;
    const key = { role: 'moderator', invitationId: invitedAs('moderator') } as const;
    const back = house.visitor({ ...identity, ...key });
    await back.join();
    return back.session.gateState;
  };
  expect([await asModerator(ana), await asModerator(beto)]).toEqual(['moderator', 'audience']);
});

it('[PX1] nothing that was taken away while its owner was offline is left after a reconnection, 200 times', async () => {
  const combinations = Object.keys(LOSSES).flatMap((loss) =>
    Object.keys(RETURNS).map((how) => [loss as Loss, how as keyof typeof RETURNS] as const),
  );
  let successes = 0;
  let returns = 0;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const [loss, how] = combinations[attempt % combinations.length] ?? ['demoted', 'anew'];
    const house = new House();
    const mia = await house.enter('moderator');
    // A privilege given here, and one that came with an invitation.
    const ana = await house.enter(attempt % 2 ? 'speaker' : 'audience');
    await mia.request('setRole', { peerId: ana.peerId, role: 'moderator' });
    ana.lose();
    house.clock.advance(attempt % 19_000);
    await LOSSES[loss](mia, ana);
    const back = await RETURNS[how](house, ana);
    if (!back) continue;
    returns += 1;
    expect(loss).toBe('demoted');
    const answers = await attempts(back, mia);
    successes += answers.filter((answer) => answer === 'allowed').length;
  }
  expect({ successes, returns }).toEqual({ successes: 0, returns: expect.any(Number) });
  // Those who were only demoted do come back, to listen.
  expect(returns).toBeGreaterThanOrEqual(TRIES / 4);
});
