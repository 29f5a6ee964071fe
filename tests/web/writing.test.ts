import { EventEmitter } from 'node:events';
import type { DataConsumer, DataProducer } from 'mediasoup-client/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PeerId, PeerInfo, Role, Writers } from '#protocol';
import { OwnRole } from '#web/client/ownRole.ts';
import { PhraseLine } from '#web/client/phraseLine.ts';
import { INITIAL_ROOM_STATE, type RoomState } from '#web/client/roomState.ts';

class FakeChannel extends EventEmitter {
  readyState = 'open';
  readonly sent: string[] = [];
  send(message: string): void {
    this.sent.push((JSON.parse(message) as { text: string }).text);
  }
}

describe('who writes, and where', () => {
  let state: RoomState;
  let onSocket: string[];
  /** In what way people are to be heard, each time that changes. */
  let changes: string[];
  /** What was said of phrases on the socket. */
  let followed: boolean[];
  let channel: FakeChannel;
  let line: PhraseLine;
  let role: OwnRole;
  let left: number;
  beforeEach(async () => {
    vi.useFakeTimers();
    [state, onSocket, followed, changes, left] = [INITIAL_ROOM_STATE, [], [], [], 0];
    channel = new FakeChannel();
    const request = async (name: string, input: { text: string; on: boolean }) => {
      if (name === 'sendPhrase') onSocket.push(input.text);
      if (name === 'followPhrases') followed.push(input.on);
      return name === 'getPhrases' ? { phrases: [] } : {};
    };
    line = new PhraseLine({
      signaling: { request } as never,
      state: () => state,
      update: (change) => (state = { ...state, ...change }),
      arrived: () => {},
    });
    role = new OwnRole({
      state: () => state,
      microphone: { follow: () => {}, leaveStage: () => (left += 1) },
      phrases: line,
      tracks: { changeTo: (way) => changes.push(way) },
      media: () => ({
        follow: async () => {
          const isOnStage = state.me?.role !== 'audience';
          line.sendOver(isOnStage ? (channel as unknown as DataProducer) : null);
        },
      }),
    });
    become('audience', 'everyone');
    line.begin();
    await line.openOver({
      openPhraseChannel: async () => new FakeChannel() as unknown as DataConsumer,
    });
    role.follow();
  });
  afterEach(() => {
    line.close();
    vi.useRealTimers();
  });

  function become(now: Role, phrases: Writers, change: Partial<PeerInfo> = {}): void {
    const me = { ...ME, role: now, ...change };
    state = { ...state, me, peers: [me], settings: { ...state.settings, phrases } };
    role.follow();
  }

  it('[CP9] a listener does, over the socket, where everybody may', () => {
    expect(state.canSendPhrases).toBe(true);
    line.send('Hola', 'es');
    expect([onSocket, channel.sent]).toEqual([['Hola'], []]);
    become('audience', 'stage');
    expect(state.canSendPhrases).toBe(false);
    become('audience', 'everyone');
    expect(state.canSendPhrases).toBe(true);
  });

  it('[CP10] who comes on stage does over the channel, and over the socket again after it', () => {
    become('speaker', 'everyone');
    line.send('Uno', 'es');
    become('audience', 'everyone');
    line.send('Dos', 'es');
    expect(channel.sent).toEqual(['Uno']);
    // Whether the first one arrived nobody knows: the server says it once.
    expect(onSocket).toEqual(['Uno', 'Dos']);
  });

  it('[CP11] what has not come back from who may not any more is refused', () => {
    become('speaker', 'stage');
    line.send('Tarde', 'es');
    become('audience', 'stage');
    expect(state.pendingPhrases.map(({ failure }) => failure?.code)).toEqual(['FORBIDDEN']);
    become('speaker', 'moderators');
    expect(state.canSendPhrases).toBe(false);
    become('moderator', 'moderators');
    expect(state.canSendPhrases).toBe(true);
    expect(channel.sent).toEqual(['Tarde']);
  });

  it('[OM17] a microphone is let go whenever one comes to listen only, and at no other time', () => {
    expect(left).toBe(1);
    become('speaker', 'stage');
    become('moderator', 'stage');
    become('audience', 'stage', { offered: true });
    expect(left).toBe(2);
    become('audience', 'stage', { offered: true, away: true });
    expect(left).toBe(2);
    // On stage and off it again before anybody was told.
    become('audience', 'stage');
    expect(left).toBe(3);
  });

  it('[SH5] who comes on stage or leaves it hears people in the other way', () => {
    become('audience', 'stage', { mutes: 1 });
    expect(changes).toEqual([]);
    become('speaker', 'stage');
    become('moderator', 'stage');
    become('audience', 'stage');
    expect(changes).toEqual(['microphones', 'slots']);
  });

  it('[LW4] phrases come over the socket where a way in has no channel for them', async () => {
    await line.openOver({ openPhraseChannel: async () => null });
    expect([followed, state.phrasesOnSocket]).toEqual([[true], false]);
    // Sound is of use again, and the socket is left to phrases all the same.
    await line.takeSocket(false);
    expect([followed, state.phrasesOnSocket]).toEqual([[true, true], false]);
    await line.openOver({
      openPhraseChannel: async () => new FakeChannel() as unknown as DataConsumer,
    });
    await line.takeSocket(false);
    expect(followed).toEqual([true, true, false]);
  });
});

const ME = {
  peerId: 'peer-0000me' as PeerId,
  displayName: 'Ana',
  microphone: 'none',
  recorded: false,
  away: false,
  hand: null,
  offered: false,
  mayUnmute: true,
  mutes: 0,
} as const;
