import { describe, expect, it } from 'vitest';
import {
  clientRequests,
  serverNotifications,
  type Guest,
  type ModerationChange,
  type PeerId,
  type PeerInfo,
} from '#protocol';
import { examplesOf } from '#tests/support/readme.ts';
import { Revisions } from '#web/client/revisions.ts';
import {
  afterReplacement,
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
  hand: null,
  offered: false,
  mayUnmute: true,
  mutes: 0,
  ...change,
});
const [ana, beto, carla] = [person('peer-ana1'), person('peer-beto'), person('peer-carl')];

const state: RoomState = { ...INITIAL_ROOM_STATE, me: ana, peers: [ana, beto] };
const told = (name: RoomNotification['name'], body: object): RoomNotification =>
  ({ name, body: { revision: 1, ...body } }) as RoomNotification;
const roster = (batch: object, revision = 1, since = revision - 1): RoomNotification =>
  told('rosterChanged', { revision, since, left: [], changed: [], joined: [], ...batch });
const after = (batch: object, before = state) => ({ ...before, ...reduce(before, roster(batch)) });
const joined = (revision: number, since?: number) => roster({ joined: [carla] }, revision, since);

describe('the room as a client knows it', () => {
  it('[CL1] has those who join last, and once', () => {
    expect(after({ joined: [carla] }).peers).toEqual([ana, beto, carla]);
    const again = { ...ana, displayName: 'Ana' };
    expect(after({ left: [ana.peerId], joined: [again] }).peers).toEqual([beto, again]);
    expect(after({ joined: [again] }).peers).toEqual([again, beto]);
  });

  it('[CL2] loses those who leave, and only them', () => {
    expect(after({ left: [beto.peerId] }).peers).toEqual([ana]);
    expect(after({ left: [carla.peerId] }).peers).toEqual([ana, beto]);
  });

  it('[CL3] shows a change of somebody in their place, of oneself also there', () => {
    const { peerId } = beto;
    const open = after({ changed: [{ peerId, microphone: 'open' }] });
    expect(open.peers).toEqual([ana, { ...beto, microphone: 'open' }]);
    expect(open.me).toBe(ana);
    const both = after({ changed: [{ peerId, recorded: true }] }, open);
    expect(both.peers[1]).toEqual({ ...beto, microphone: 'open', recorded: true });
    const hand = { number: 3, raisedAt: 1_000 };
    const raised = after({ changed: [{ peerId: ana.peerId, hand, mutes: 1 }] });
    expect(raised.me).toEqual({ ...ana, hand, mutes: 1 });
    expect(raised.peers[0]).toBe(raised.me);
    expect(after({ changed: [{ peerId: carla.peerId, away: true }] }).peers).toEqual([ana, beto]);
  });

  it('[CW1] has the number of listeners, and the same people where nothing else changed', () => {
    const more = after({ audience: 342 });
    expect([more.audience, more.peers]).toEqual([342, state.peers]);
    expect(more.peers).toBe(state.peers);
    expect(after({ audience: 1, joined: [carla] })).toMatchObject({ audience: 1 });
  });

  it('[CW2] has those whom it is told of from here on, and oneself among them', () => {
    const me = { ...ana, role: 'audience' as const };
    const before = { ...state, roster: 4 };
    expect(afterReplacement(before, { peers: [me, carla], audience: 2 })).toEqual({
      ...{ peers: [me, carla], me, audience: 2, roster: 5 },
    });
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
    after({
      left: [beto.peerId],
      changed: [{ peerId: ana.peerId, microphone: 'open' }],
      joined: [carla],
    });
    expect(state).toEqual(before);
  });

  it('[CL11] follows its settings and who holds it', () => {
    const settings = { ...state.settings, lobby: true };
    expect(reduce(state, told('settingsChanged', { roomName: 'Coro', settings }))).toEqual({
      ...{ roomName: 'Coro', settings },
    });
    expect(reduce(state, told('hostChanged', { host: beto.peerId }))).toEqual({
      host: beto.peerId,
    });
  });

  it('[CL12] takes a batch of 300 people in no time', () => {
    const crowd = Array.from({ length: 300 }, (_, index) => person(`peer-${1_000 + index}`));
    const full = after({ joined: crowd });
    const changed = crowd.map(({ peerId }) => ({ peerId, away: true }));
    const beganMs = performance.now();
    let now = full;
    for (let batch = 0; batch < 100; batch += 1) now = after({ changed }, full);
    expect((performance.now() - beganMs) / 100).toBeLessThan(10);
    expect(now.peers.filter(({ away }) => away)).toHaveLength(300);
    expect(now.peers.map(({ peerId }) => peerId)).toEqual(full.peers.map(({ peerId }) => peerId));
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

describe('what moderators know', () => {
  const hear = (before: RoomState, change: ModerationChange): RoomState => ({
    ...before,
    ...reduceNews(before, { name: 'moderationChanged', body: { change } }),
  });
  const talked = (peerId: PeerId, talkedMs: number) => ({ peerId, talkedMs });
  const guest = { ...{ peerId: carla.peerId, displayName: 'Carla' }, role: 'speaker', since: 1 };
  const moderator = { ...state, me: person('peer-ana1', { role: 'moderator' }) };

  it('[CL13] is replaced by what is told, but for talk times, which are added to', () => {
    let now = hear(moderator, { waiting: [guest as Guest], talkTimes: [talked(ana.peerId, 5)] });
    now = hear(now, { talkTimes: [talked(beto.peerId, 7), talked(ana.peerId, 9)] });
    expect(now.moderation).toEqual({
      waiting: [guest],
      bans: [],
      talkTimes: [talked(ana.peerId, 9), talked(beto.peerId, 7)],
    });
    expect(hear(now, { waiting: [] }).moderation?.waiting).toEqual([]);
    expect(hear(now, { waiting: [] }).moderation?.talkTimes).toHaveLength(2);
  });

  it('[CL14] is forgotten with the role, and not before the role has come', () => {
    const known = hear(state, { waiting: [guest as Guest] });
    const others = after({ changed: [{ peerId: beto.peerId, away: true }] }, known);
    const promoted = after({ changed: [{ peerId: ana.peerId, role: 'moderator' }] }, others);
    expect(promoted.moderation?.waiting).toEqual([guest]);
    const demoted = after({ changed: [{ peerId: ana.peerId, role: 'speaker' }] }, promoted);
    expect(demoted.moderation).toBeNull();
  });
});

describe('the revisions of a visit', () => {
  it('[CL7] take the next one, leave the known ones and notice a gap', () => {
    const revisions = new Revisions();
    expect(revisions.begin(5)).toEqual([]);
    const placed = [5, 6, 6, 7, 9, 8, 9].map((revision) => revisions.place(joined(revision)));
    expect(placed).toEqual(['known', 'news', 'known', 'news', 'gap', 'news', 'news']);
  });

  it('[CL15] take what stands for several of them, also where some are known', () => {
    const revisions = new Revisions();
    revisions.begin(5);
    const place = (since: number, revision: number) => revisions.place(joined(revision, since));
    expect(place(3, 5)).toBe('known');
    expect(place(3, 8)).toBe('news');
    expect(place(8, 12)).toBe('news');
    expect(place(13, 15)).toBe('gap');
    expect(place(12, 15)).toBe('news');
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
