import { describe, expect, it } from 'vitest';
import type { Guest, Hand, PeerId, PeerInfo } from '#protocol';
import { INITIAL_ROOM_STATE, type RoomState } from '#web/client/roomState.ts';
import { departed, newGuests, newcomers, raisedHands } from '#web/state/rosterNews.ts';

const person = (peerId: string, change: Partial<PeerInfo> = {}): PeerInfo => ({
  peerId: peerId as PeerId,
  displayName: peerId,
  role: 'audience',
  microphone: 'none',
  recorded: false,
  away: false,
  hand: null,
  offered: false,
  mayUnmute: true,
  mutes: 0,
  ...change,
});
const [ana, beto, carla] = [person('peer-ana1'), person('peer-beto'), person('peer-carl')];
const hand = (number: number): Hand => ({ number, raisedAt: 1_750_000_000_000 });
const me = person('peer-mine', { role: 'speaker' });
const room = (...peers: PeerInfo[]): RoomState => ({ ...INITIAL_ROOM_STATE, me, peers });
const ids = (people: readonly { readonly peerId: string }[]) => people.map(({ peerId }) => peerId);

describe('news of a room’s people', () => {
  it('[NO6] is who came and who left, and nobody who only changed', () => {
    const before = room(ana, beto);
    const now = room(ana, { ...beto, away: true }, carla);
    expect(ids(newcomers(before, now))).toEqual(['peer-carl']);
    expect(departed(before, now)).toEqual([]);
    expect(ids(departed(now, before))).toEqual(['peer-carl']);
    expect(newcomers(before, before)).toEqual([]);
  });

  it('[CW3] is nothing where one is told of others than before', () => {
    const before = room(ana);
    const after = { ...room(ana, beto, carla), roster: 1 };
    expect([...newcomers(before, after), ...departed(after, before)]).toEqual([]);
    const listening = { ...room(me), me: { ...me, role: 'audience' as const } };
    expect([...newcomers(listening, room(me, ana)), ...departed(room(me, ana), listening)]).toEqual(
      [],
    );
  });

  it('[CW4] is to who only listens who comes on stage or leaves it', () => {
    const hears = (...peers: PeerInfo[]) => ({ ...room(...peers), me: ana });
    const [speaker, asking] = [
      person('peer-dora', { role: 'speaker' }),
      { ...beto, hand: hand(1) },
    ];
    expect(ids(newcomers(hears(ana), hears(ana, speaker, asking)))).toEqual(['peer-dora']);
    expect(ids(departed(hears(ana, speaker, asking), hears(ana)))).toEqual(['peer-dora']);
  });

  it('[CW5] is not each listener in a crowd', () => {
    const dora = person('peer-dora', { role: 'speaker' });
    const crowd = (audience: number, ...peers: PeerInfo[]) => ({ ...room(...peers), audience });
    expect(ids(newcomers(crowd(49, me), crowd(50, me, beto)))).toEqual(['peer-beto']);
    expect(ids(newcomers(crowd(50, me), crowd(51, me, beto, dora)))).toEqual(['peer-dora']);
    expect(ids(departed(crowd(52, me, beto, dora), crowd(51, me)))).toEqual(['peer-dora']);
  });

  it('[NO7] is a hand that goes up, but one’s own', () => {
    const raised = room({ ...me, hand: hand(1) }, { ...beto, hand: hand(2) }, carla);
    expect(ids(raisedHands(room(me, beto), raised))).toEqual(['peer-beto']);
    const later = room(ana, { ...beto, hand: hand(2), away: true }, { ...carla, hand: hand(3) });
    expect(ids(raisedHands(raised, later))).toEqual(['peer-carl']);
    const again = room(ana, { ...beto, hand: hand(4) }, carla);
    expect(ids(raisedHands(later, again))).toEqual(['peer-beto']);
    expect(ids(raisedHands(again, room(ana, beto, carla)))).toEqual([]);
  });

  it('[NO8] is who begins to wait, to those who are told', () => {
    const waiting = (...peers: PeerInfo[]): RoomState => ({
      ...room(ana),
      moderation: {
        waiting: peers.map(({ peerId, displayName, role }): Guest => {
          return { peerId, displayName, role, since: 1_750_000_000_000 };
        }),
        bans: [],
        talkTimes: [],
      },
    });
    expect(ids(newGuests(room(ana), waiting(beto)))).toEqual(['peer-beto']);
    expect(ids(newGuests(waiting(beto), waiting(beto, carla)))).toEqual(['peer-carl']);
    expect(newGuests(waiting(beto, carla), waiting(carla))).toEqual([]);
    expect(newGuests(waiting(beto), room(ana))).toEqual([]);
  });
});
