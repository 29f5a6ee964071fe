import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, PeerInfo } from '#protocol';
import { NewsDesk } from '#web/client/newsDesk.ts';
import { Revisions } from '#web/client/revisions.ts';
import { RoomStore } from '#web/client/roomStore.ts';

const [ana, beto] = ['peer-ana1', 'peer-beto'] as [PeerId, PeerId];
const me = { peerId: ana, role: 'speaker' } as PeerInfo;

describe('what is told to who listens', () => {
  let store: RoomStore;
  let revisions: Revisions;
  let holders: unknown[];
  let changes: number;
  let desk: NewsDesk;
  beforeEach(() => {
    store = new RoomStore();
    store.update({ me, peers: [me] });
    [revisions, holders, changes] = [new Revisions(), [], 0];
    const ignored = () => {};
    desk = new NewsDesk({
      store,
      tracks: { remove: ignored, setHolders: (slots) => holders.push(slots) },
      phrases: { rejected: ignored, arrived: ignored },
      revisions: () => revisions,
      changed: () => (changes += 1),
      ...{ missed: ignored, mediaLost: ignored, admitted: ignored, removed: ignored },
    });
  });

  it('[CW2] is whom one is told of from here on, once there is a snapshot to replace', () => {
    const peers = [{ ...me, role: 'audience' as const }];
    const told = { name: 'rosterReplaced', body: { peers, audience: 8 } } as const;
    desk.take(told);
    expect([store.state.audience, store.state.roster, changes]).toEqual([0, 0, 0]);
    revisions.begin(3);
    desk.take(told);
    expect(store.state).toMatchObject({ peers, me: peers[0], audience: 8, roster: 1 });
    expect(changes).toBe(1);
  });

  it('[SH7] is who is in the slots and who leads the talk', () => {
    desk.take({ name: 'slotsChanged', body: { slots: [beto, null] } });
    desk.take({ name: 'activeSpeakerChanged', body: { peerId: beto } });
    expect([holders, store.state.slots]).toEqual([[[beto, null]], [beto, null]]);
    expect(store.state.activeSpeaker).toBe(beto);
  });
});
