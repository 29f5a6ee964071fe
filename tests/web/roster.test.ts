import { describe, expect, it } from 'vitest';
import type { PeerId, PeerInfo } from '#protocol';
import { groupRoster, handPlace, type Roster } from '#web/state/roster.ts';

const idOf = (name: string) => `peer-${name}` as PeerId;
const peer = (displayName: string, change: Partial<PeerInfo> = {}): PeerInfo => ({
  ...{ peerId: idOf(displayName), displayName, role: 'audience', microphone: 'none' },
  ...{ recorded: false, away: false, hand: null, offered: false, mayUnmute: true, mutes: 0 },
  ...change,
});
const raised = (number: number) => ({ hand: { number, raisedAt: 1_750_000_000_000 } });

const PEOPLE = [
  peer('Luis', { role: 'moderator' }),
  peer('Ana', { role: 'moderator' }),
  peer('Beto', { role: 'speaker', ...raised(7) }),
  peer('Íñigo', { role: 'speaker' }),
  peer('Carla', raised(3)),
  peer('Nuria', { offered: true }),
  peer('María José'),
  peer('Zoë', raised(12)),
];

const names = (roster: Roster) =>
  Object.fromEntries(
    Object.entries(roster).map(([group, people]: [string, readonly PeerInfo[]]) => [
      group,
      people.map(({ displayName }) => displayName),
    ]),
  );
const grouped = (search = '') => names(groupRoster(PEOPLE, { host: idOf('Ana'), search }));

describe('the people of a room', () => {
  it('[GR1] are those who ask for the floor first, in the order of their hands', () => {
    expect(grouped()['asking']).toEqual(['Nuria', 'Carla', 'Beto', 'Zoë']);
  });

  it('[GR2] are grouped by role, each once, the host first', () => {
    expect(grouped()).toMatchObject({
      moderators: ['Ana', 'Luis'],
      speakers: ['Íñigo'],
      listeners: ['María José'],
    });
  });

  it.each([
    ['inigo', { asking: [], moderators: [], speakers: ['Íñigo'], listeners: [] }],
    ['ZOE', { asking: ['Zoë'], moderators: [], speakers: [], listeners: [] }],
    ['jose mar', { asking: [], moderators: [], speakers: [], listeners: ['María José'] }],
    ['  ', grouped()],
  ])('[GR3] are found by %j', (search, found) => {
    expect(grouped(search)).toEqual(found);
  });

  it('[GR4] have a place in the queue once their hand is up', () => {
    const places = ['Carla', 'Beto', 'Zoë', 'Nuria', 'Nobody'];
    expect(places.map((name) => handPlace(PEOPLE, idOf(name)))).toEqual([1, 2, 3, null, null]);
  });
});
