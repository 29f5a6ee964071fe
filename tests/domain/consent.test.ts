import { beforeEach, describe, expect, it } from 'vitest';
import {
  CONSENT_WORDS,
  type ConsentAnswer,
  type PeerId,
  type RecordingId,
  type RoomSettings,
} from '#protocol';
import { neverRecorded, withoutNamesTakenBack } from '#server/domain/consent.ts';
import { Room } from '#server/domain/room.ts';
import type { RoomEvent } from '#server/domain/roomEvents.ts';
import { ROOM_ID, SETTINGS } from '#tests/support/builders.ts';
import { GRANTED, REFUSED } from '#tests/support/house.ts';
import { ana, beto, carla } from '#tests/support/newcomers.ts';
import { refusalOf } from '#tests/support/refusals.ts';

const RECORDING = 'recording-1' as RecordingId;

describe('consent to a recording', () => {
  let room: Room;
  const open = (settings: RoomSettings = SETTINGS) => {
    room = new Room({ roomId: ROOM_ID, roomName: 'Coro', settings, maxPeers: 9 });
    for (const peer of [ana, beto, carla]) room.join(peer, undefined, 0);
  };
  beforeEach(() => open());

  const start = () => room.recorded.begin(ana, RECORDING, 10);
  const answer = (said: ConsentAnswer, recordingId = RECORDING) =>
    room.recorded.answer(beto.peerId, { recordingId, ...said }, 20);
  const entry = (who: { peerId: PeerId }, said: 'granted' | 'refused', name: string | null) =>
    ({ ...GRANTED, ...who, answer: said, displayName: name, words: '', at: 1 }) as const;
  const consentOf = ({ peerId }: { peerId: PeerId }) => room.snapshot(peerId).consent;

  it('[CB1] is given by who begins, asked of who could be heard, and not of an audience', () => {
    const events = start();
    expect([ana, beto, carla].map(consentOf)).toEqual(['granted', 'pending', null]);
    expect([ana, beto, carla].map(({ peerId }) => room.recorded.isRecorded(peerId))).toEqual([
      true,
      false,
      false,
    ]);
    const told = events.filter(({ type }) => type === 'consentChanged');
    expect(told).toEqual([
      { type: 'consentChanged', peerId: ana.peerId, consent: 'granted' },
      { type: 'consentChanged', peerId: beto.peerId, consent: 'pending' },
    ]);
  });

  it('[CB2] of a recording begun from outside is asked of everyone', () => {
    room.recorded.begin({ peerId: null, displayName: 'Centralita' }, RECORDING, 10);
    expect(room.recorded.running?.startedBy).toBe('Centralita');
    expect([ana, beto].map(consentOf)).toEqual(['pending', 'pending']);
  });

  it('[CB3] counts from the answer on, shows to everyone, and may be withdrawn and given again', () => {
    start();
    expect(answer(GRANTED)).toMatchObject([
      { type: 'consentAnswered', entry: { peerId: beto.peerId, answer: 'granted', at: 20 } },
      { type: 'consentChanged', consent: 'granted' },
      { type: 'peerChanged', peer: { peerId: beto.peerId, recorded: true } },
    ]);
    expect(answer(REFUSED)).toMatchObject([
      { entry: { answer: 'refused' } },
      { consent: 'refused' },
      { peer: { recorded: false } },
    ]);
    answer(GRANTED);
    expect(room.recorded.isRecorded(beto.peerId)).toBe(true);
  });

  it('[CB4] keeps the words that were shown, in their language', () => {
    start();
    const [said] = answer({ ...GRANTED, language: 'en' });
    expect(said).toMatchObject({ entry: { language: 'en', words: CONSENT_WORDS.en.ask } });
    const dora = { ...beto, peerId: 'peer-dora1' as PeerId };
    const wordsAtTheDoor = (settings: RoomSettings) => {
      open(settings);
      start();
      return room.join(dora, GRANTED, 30)[1];
    };
    expect(wordsAtTheDoor({ ...SETTINGS, consent: 'required' })).toMatchObject({
      entry: { language: 'es', words: CONSENT_WORDS.es.required },
    });
    expect(wordsAtTheDoor(SETTINGS)).toMatchObject({ entry: { words: CONSENT_WORDS.es.ask } });
  });

  it('[CB5] cannot be answered when nothing runs, or twice alike', () => {
    expect(refusalOf(() => answer(GRANTED))).toBe('RECORDING_STATE');
    start();
    answer(REFUSED);
    expect(refusalOf(() => answer(REFUSED))).toBe('WRONG_STATE');
    answer(GRANTED);
    // Who agrees is named anyway.
    expect(refusalOf(() => answer({ ...GRANTED, named: true }))).toBe('WRONG_STATE');
  });

  it('[CB14] of who refuses may be named later, and nameless again', () => {
    start();
    answer(REFUSED);
    const names = [true, false].map((named) => answer({ ...REFUSED, named })[0]);
    expect(names).toMatchObject([
      { entry: { answer: 'refused', displayName: 'Beto' } },
      { entry: { answer: 'refused', displayName: null } },
    ]);
    room.leave(beto.peerId);
    expect(room.join(beto, { ...REFUSED, named: true }, 30)[1]).toMatchObject({
      entry: { displayName: 'Beto' },
    });
  });

  it('[CB15] is not taken from an answer to another recording', () => {
    start();
    room.recorded.stop('stopped');
    const next = 'recording-2' as RecordingId;
    room.recorded.begin(ana, next, 40);
    expect(refusalOf(() => answer(GRANTED))).toBe('RECORDING_STATE');
    expect(consentOf(beto)).toBe('pending');
    answer(GRANTED, next);
    expect(consentOf(beto)).toBe('granted');
  });

  it('[CB16] names in its log nobody who took that back, unless they were recorded', () => {
    const log = withoutNamesTakenBack([
      entry(ana, 'granted', 'Ana'),
      entry(beto, 'refused', 'Beto'),
      entry(carla, 'refused', null),
      entry(ana, 'refused', null),
      entry(beto, 'refused', null),
      entry(carla, 'refused', 'Carla'),
    ]);
    const names = log.map(({ displayName }) => displayName);
    expect(names).toEqual(['Ana', null, null, null, null, 'Carla']);
  });

  it('[CB6] outlives leaving and coming back, and not the recording', () => {
    start();
    answer(GRANTED);
    room.leave(beto.peerId);
    room.join(beto, undefined, 30);
    expect(room.recorded.isRecorded(beto.peerId)).toBe(true);
    room.recorded.stop('stopped');
    expect([ana, beto].map(consentOf)).toEqual([null, null]);
    room.recorded.begin(ana, 'recording-2' as RecordingId, 40);
    expect(consentOf(beto)).toBe('pending');
  });

  it('[CB7] is asked of each person once, so that it can be told who is not in it', () => {
    const dora = { ...beto, peerId: 'peer-dora1' as PeerId, displayName: 'Dora' };
    const askedIn = (events: readonly RoomEvent[]) =>
      events.flatMap((event) => (event.type === 'consentAsked' ? [event.peerId] : []));
    expect(askedIn(start())).toEqual([beto.peerId]);
    expect(askedIn(room.join(dora, undefined, 15))).toEqual([dora.peerId]);
    room.leave(dora.peerId);
    expect(askedIn(room.join(dora, undefined, 16))).toEqual([]);
  });

  it('[CB8] was never given by who is not in it: named only who allowed it', () => {
    const eva = { peerId: 'peer-eva01' as PeerId };
    const asked = [ana, beto, carla].map(({ peerId }) => peerId);
    expect(neverRecorded(asked, [])).toEqual([null, null, null]);
    const answers = [
      entry(ana, 'granted', 'Ana'),
      entry(ana, 'refused', null),
      entry(beto, 'refused', null),
      entry(beto, 'refused', 'Beto'),
      entry(eva, 'refused', null),
    ];
    expect(neverRecorded(asked, answers)).toEqual(['Beto', null, null]);
  });

  it('[CB9] can be given on the way in, before anyone is told of the newcomer', () => {
    start();
    room.leave(beto.peerId);
    const events = room.join(beto, GRANTED, 30);
    expect(events).toMatchObject([
      { type: 'peerJoined', peer: { recorded: true } },
      { type: 'consentAnswered', entry: { answer: 'granted', at: 30 } },
    ]);
  });

  it('[CB10] is a condition of entry where the room is made so, but for an audience', () => {
    open({ ...SETTINGS, consent: 'required' });
    start();
    const dora = { ...beto, peerId: 'peer-dora1' as PeerId };
    expect(refusalOf(() => room.join(dora, undefined, 30))).toBe('CONSENT_REQUIRED');
    expect(refusalOf(() => room.join(dora, REFUSED, 30))).toBe('CONSENT_REQUIRED');
    expect(room.peerCount).toBe(3);
    room.join(dora, GRANTED, 30);
    room.join({ ...carla, peerId: 'peer-eva01' as PeerId }, undefined, 30);
    room.leave(dora.peerId);
    room.join(dora, undefined, 31);
    expect(room.recorded.isRecorded(dora.peerId)).toBe(true);
  });

  it('[CB13] keeps nobody out who was inside when it began, or has answered it before', () => {
    open({ ...SETTINGS, consent: 'required' });
    start();
    answer(REFUSED);
    room.leave(beto.peerId);
    room.join(beto, undefined, 30);
    expect(consentOf(beto)).toBe('refused');
    room.recorded.stop('stopped');
    room.recorded.begin(ana, 'recording-2' as RecordingId, 40);
    room.leave(beto.peerId);
    room.join(beto, undefined, 50);
    expect(consentOf(beto)).toBe('pending');
  });

  it('[CB11] is nobody’s condition while nothing is recorded', () => {
    open({ ...SETTINGS, consent: 'required' });
    expect(room.peerCount).toBe(3);
    start();
    expect(consentOf(beto)).toBe('pending');
  });
});

describe('a recording of a room', () => {
  it('[CB12] is paused and resumed by turns, and counts what the pauses took', () => {
    const room = new Room({ roomId: ROOM_ID, roomName: 'Coro', settings: SETTINGS, maxPeers: 3 });
    room.join(ana, undefined, 0);
    expect(refusalOf(() => room.recorded.pause(1))).toBe('RECORDING_STATE');
    room.recorded.begin(ana, RECORDING, 10);
    expect(refusalOf(() => room.recorded.resume(11))).toBe('RECORDING_STATE');
    room.recorded.pause(20);
    expect(room.recorded.running).toMatchObject({ pausedAt: 20, pausedMs: 0 });
    expect(refusalOf(() => room.recorded.pause(21))).toBe('RECORDING_STATE');
    expect(refusalOf(() => room.recorded.requireRunning())).toBe('RECORDING_STATE');
    room.recorded.resume(50);
    room.recorded.pause(60);
    room.recorded.resume(65);
    expect(room.recorded.running).toMatchObject({ pausedAt: null, pausedMs: 35 });
    // A wall clock that was set back takes nothing off.
    room.recorded.pause(70);
    room.recorded.resume(30);
    expect(room.recorded.running?.pausedMs).toBe(35);
  });
});
