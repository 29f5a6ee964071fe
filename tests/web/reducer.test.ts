import { describe, expect, it } from 'vitest';
import { clientRequests, serverNotifications, type PeerId, type PeerInfo } from '#protocol';
import { examplesOf } from '#tests/support/readme.ts';
import { Revisions } from '#web/client/revisions.ts';
import {
  reduce,
  reduceNews,
  type RoomNews,
  type RoomNotification,
} from '#web/client/roomReducer.ts';
import { INITIAL_ROOM_STATE, fromSnapshot, type RoomState } from '#web/client/roomState.ts';
import * as v from 'valibot';

const person = (peerId: string, change: Partial<PeerInfo> = {}): PeerInfo => ({
  peerId: peerId as PeerId,
  displayName: peerId,
  role: 'speaker',
  microphone: 'none',
  recorded: false,
  away: false,
  ...change,
});
const [ana, beto, carla] = [person('peer-ana1'), person('peer-beto'), person('peer-carl')];

const state: RoomState = { ...INITIAL_ROOM_STATE, me: ana, peers: [ana, beto] };
const told = (name: RoomNotification['name'], body: object): RoomNotification =>
  ({ name, body: { revision: 1, ...body } }) as RoomNotification;
const joined = (revision: number) => told('peerJoined', { revision, peer: carla });

describe('the room as a client knows it', () => {
  it('[CL1] has those who join last, and once', () => {
    const { peers } = reduce(state, told('peerJoined', { peer: carla }));
    expect(peers).toEqual([ana, beto, carla]);
    const again = { ...ana, displayName: 'Ana' };
    expect(reduce(state, told('peerJoined', { peer: again })).peers).toEqual([beto, again]);
  });

  it('[CL2] loses those who leave, and only them', () => {
    expect(reduce(state, told('peerLeft', { peerId: beto.peerId })).peers).toEqual([ana]);
    expect(reduce(state, told('peerLeft', { peerId: carla.peerId })).peers).toEqual([ana, beto]);
  });

  it('[CL3] shows a change of somebody in their place, of oneself also there', () => {
    const open = { ...beto, microphone: 'open' } as const;
    expect(reduce(state, told('peerChanged', { peer: open }))).toEqual({
      peers: [ana, open],
      me: ana,
    });
    const recorded = { ...beto, recorded: true };
    expect(reduce(state, told('peerChanged', { peer: recorded })).peers).toEqual([ana, recorded]);
    const muted = { ...ana, microphone: 'muted' } as const;
    expect(reduce(state, told('peerChanged', { peer: muted })).me).toEqual(muted);
  });

  it('[CL4] shows a recording while it runs', () => {
    const recording = v.parse(
      serverNotifications.recordingStarted,
      examplesOf('Notifications')['recordingStarted']?.[''],
    ).recording;
    expect(reduce(state, told('recordingStarted', { recording }))).toEqual({
      ...{ recording, stopReason: null },
    });
    const paused = { ...recording, pausedAt: recording.startedAt + 1_000 };
    expect(reduce(state, told('recordingChanged', { recording: paused }))).toEqual({
      recording: paused,
    });
    const stopped = { recordingId: recording.recordingId, reason: 'stopped' };
    expect(reduce(state, told('recordingStopped', stopped))).toEqual({
      recording: null,
      stopReason: 'stopped',
    });
  });

  it('[CL5] is not changed in place', () => {
    const before = structuredClone(state);
    for (const body of [{ peer: carla }, { peer: beto }]) reduce(state, told('peerJoined', body));
    reduce(state, told('peerLeft', { peerId: beto.peerId }));
    reduce(state, told('peerChanged', { peer: { ...ana, microphone: 'open' } }));
    expect(state).toEqual(before);
  });

  it('[CL6] begins as the snapshot says, by the server’s clock, with what was pending', () => {
    const snapshot = v.parse(
      clientRequests.join.output,
      examplesOf('Client requests')['join']?.['out'],
    );
    const pending = [{ draftId: 'd1', text: 'Hola', language: 'es', failure: null }];
    const now = Date.now();
    const began = fromSnapshot(
      { ...state, pendingPhrases: pending, activeSpeaker: beto.peerId },
      { ...snapshot, serverTime: now + 5_000 },
    );
    expect(began).toMatchObject({
      roomName: snapshot.roomName,
      me: snapshot.peers[1],
      peers: snapshot.peers,
      phrases: snapshot.phrases,
      pendingPhrases: pending,
      recording: snapshot.recording,
      consent: 'granted',
      activeSpeaker: null,
    });
    expect(began.serverClockOffsetMs).toBeLessThanOrEqual(5_000);
    expect(began.serverClockOffsetMs).toBeGreaterThan(4_000);
  });
});

describe('the news of recordings', () => {
  const hear = (before: RoomState, name: RoomNews['name'], body: object): RoomState => ({
    ...before,
    ...reduceNews(before, { name, body } as RoomNews),
  });

  it('[CL9] say what one has answered, until there is nothing to answer', () => {
    const answers = ['pending', 'granted', 'refused', null].map(
      (consent) => hear(state, 'consentChanged', { consent }).consent,
    );
    expect(answers).toEqual(['pending', 'granted', 'refused', null]);
    expect(reduceNews(state, { name: 'consentChanged', body: { consent: null } })).toEqual({
      consent: null,
    });
  });

  it('[CL10] say how far each recording is, and which are ready or could not be made', () => {
    const [first, second] = ['recording-1', 'recording-2'];
    let now = hear(state, 'recordingProgress', { recordingId: first, progress: 0.2 });
    now = hear(now, 'recordingProgress', { recordingId: second, progress: 0.1 });
    now = hear(now, 'recordingProgress', { recordingId: first, progress: 0.7 });
    expect(now.recordingProgress).toEqual({ [first]: 0.7, [second]: 0.1 });
    now = hear(now, 'recordingReady', { recordingId: first });
    now = hear(now, 'recordingFailed', { recordingId: second });
    now = hear(now, 'recordingReady', { recordingId: 'recording-3' });
    expect(now.readyRecordings).toEqual([first, 'recording-3']);
    expect(now.failedRecordings).toEqual([second]);
    expect(state.recordingProgress).toEqual({});
  });
});

describe('the revisions of a visit', () => {
  it('[CL7] take the next one, leave the known ones and notice a gap', () => {
    const revisions = new Revisions();
    expect(revisions.begin(5)).toEqual([]);
    const placed = [5, 6, 6, 7, 9, 8, 9].map((revision) => revisions.place(joined(revision)));
    expect(placed).toEqual(['known', 'news', 'known', 'news', 'gap', 'news', 'news']);
  });

  it('[CL8] keep what comes before the snapshot and give it back once', () => {
    const revisions = new Revisions();
    const early = [joined(2), joined(3), joined(4)];
    expect(early.map((it) => revisions.place(it))).toEqual(['early', 'early', 'early']);
    expect(revisions.begin(3)).toEqual(early);
    expect(early.map((it) => revisions.place(it))).toEqual(['known', 'known', 'news']);
    expect(revisions.begin(4)).toEqual([]);
  });
});
