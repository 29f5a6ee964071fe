import { describe, expect, it } from 'vitest';
import type { Guest, PeerId, PeerInfo } from '#protocol';
import { moderatorCalls } from '#web/state/moderatorCalls.ts';
import { personWays } from '#web/state/personWays.ts';

const idOf = (name: string) => `peer-${name}` as PeerId;
const peer = (name: string, change: Partial<PeerInfo> = {}): PeerInfo => ({
  ...{ peerId: idOf(name), displayName: name, role: 'audience', microphone: 'none' },
  ...{ recorded: false, away: false, hand: null, offered: false, mayUnmute: true, mutes: 0 },
  ...change,
});
const hand = { number: 1, raisedAt: 1_750_000_000_000 };
const ana = peer('Ana', { role: 'moderator' });

describe('what a moderator can do', () => {
  const ways = (to: PeerInfo) => personWays(to, { me: ana.peerId, host: ana.peerId });

  it('[PW1] follows from what somebody is', () => {
    expect(ways(peer('Beto'))).toEqual(['offerStage', 'promote', 'kick', 'ban']);
    expect(ways(peer('Beto', { role: 'speaker' }))).toEqual([
      ...['giveFloor', 'hear', 'demote', 'promote', 'handOver', 'kick', 'ban'],
    ]);
    expect(ways(peer('Beto', { role: 'moderator' }))).toEqual([
      ...['hear', 'demote', 'unmoderate', 'handOver', 'kick', 'ban'],
    ]);
  });

  it('[PW2] is to mute who is heard, and to take back what is offered', () => {
    expect(ways(peer('Beto', { role: 'speaker', microphone: 'open' }))).toContain('mute');
    expect(ways(peer('Beto', { role: 'speaker', microphone: 'muted' }))).not.toContain('mute');
    const offered = ways(peer('Beto', { offered: true }));
    expect(offered).toContain('takeFloorBack');
    expect(offered).not.toContain('offerStage');
  });

  it('[PW3] to oneself is to stop, and the room is not handed to who has it', () => {
    expect(ways(ana)).toEqual(['unmoderateMe']);
    const beto = peer('Beto', { role: 'moderator' });
    const host = beto.peerId;
    expect(personWays(beto, { me: ana.peerId, host })).not.toContain('handOver');
  });

  it('[PW4] calls for them: hands that nobody answered, and who waits', () => {
    const peers = [ana, peer('Beto', { hand }), peer('Carla', { hand, offered: true })];
    const moderation = { waiting: [{} as Guest, {} as Guest], bans: [], talkTimes: [] };
    expect(moderatorCalls({ me: ana, peers, moderation })).toEqual({ hands: 1, guests: 2 });
    const listener = { me: peers[1]!, peers, moderation: null };
    expect(moderatorCalls(listener)).toEqual({ hands: 0, guests: 0 });
  });
});
