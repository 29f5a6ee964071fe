import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerId, RecordingId } from '#protocol';
import type { Newcomer } from '#server/domain/entry.ts';
import { Room } from '#server/domain/room.ts';
import { ROOM_ID, SETTINGS, draft } from '#tests/support/builders.ts';
import { ana, beto, carla } from '#tests/support/newcomers.ts';
import { refusalOf } from '#tests/support/refusals.ts';

const NOW = { wallMs: 1_000.4, monotonicMs: 0 };
const RECORDING = 'recording-1' as RecordingId;

/** What others see of somebody. */
const shown = ({ peerId, displayName, role }: Newcomer) => ({ peerId, displayName, role });

describe('Room', () => {
  let room: Room;
  const join = (peer: Parameters<Room['join']>[0]) => room.join(peer, undefined, NOW.wallMs);
  beforeEach(() => {
    room = new Room({ roomId: ROOM_ID, roomName: 'Coro', settings: SETTINGS, maxPeers: 3 });
  });

  it('[RM1] numbers every change by one, so that a client can tell a gap', () => {
    const events = [
      ...join(ana),
      ...join(beto),
      ...room.muting.setMicrophone(beto.peerId, 'open'),
      ...room.recorded.begin(ana, RECORDING, 5),
      ...room.recorded.pause(6),
      ...room.recorded.resume(7),
      ...room.recorded.stop('stopped'),
      ...room.leave(beto.peerId),
    ];
    const changes = events.filter((event) => 'revision' in event);
    expect(changes.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(changes.map(({ type }) => type)).toEqual([
      'peerJoined',
      'hostChanged',
      'peerJoined',
      'peerChanged',
      'recordingStarted',
      'peerChanged',
      'recordingChanged',
      'recordingChanged',
      'recordingStopped',
      'peerChanged',
      'peerLeft',
    ]);
    expect(room.snapshot(ana.peerId).revision).toBe(11);
  });

  it('[RM2] takes the same peer in once', () => {
    join(ana);
    expect(refusalOf(() => join(ana))).toBe('WRONG_STATE');
    expect(room.peerCount).toBe(1);
  });

  it('[RM3] takes in no more than it has places, and again when one is free', () => {
    for (const peer of [ana, beto, carla]) join(peer);
    const dora = { ...carla, peerId: 'peer-dora1' as PeerId };
    expect(refusalOf(() => join(dora))).toBe('ROOM_FULL');
    room.leave(beto.peerId);
    join(dora);
    expect(room.peerCount).toBe(3);
  });

  it('[RM4] gives a newcomer the whole room at one revision', () => {
    join(ana);
    join(beto);
    room.muting.setMicrophone(beto.peerId, 'muted');
    room.recorded.begin(ana, RECORDING, 77.7);
    const phrase = room.say(beto.peerId, draft(), NOW);
    join(carla);
    expect(room.snapshot(carla.peerId)).toEqual({
      revision: 7,
      roomId: ROOM_ID,
      roomName: 'Coro',
      settings: SETTINGS,
      host: ana.peerId,
      you: carla.peerId,
      phrases: [phrase],
      recording: {
        recordingId: RECORDING,
        startedAt: 78,
        startedBy: 'Ana',
        pausedAt: null,
        pausedMs: 0,
      },
      consent: null,
    });
    expect(room.brief()).toEqual([
      { ...shown(ana), recorded: true },
      { ...shown(beto), microphone: 'muted' },
      shown(carla),
    ]);
    expect(room.snapshot(beto.peerId).consent).toBe('pending');
  });

  it('[RM5] gives out snapshots that later changes do not touch', () => {
    join(ana);
    const before = { ...room.snapshot(ana.peerId), peers: room.brief() };
    const copy = structuredClone(before);
    join(beto);
    room.muting.setMicrophone(ana.peerId, 'open');
    room.say(ana.peerId, draft(), NOW);
    expect(before).toEqual(copy);
  });

  it('[RM6] says nothing where nothing changed', () => {
    join(ana);
    room.muting.setMicrophone(ana.peerId, 'open');
    expect(room.muting.setMicrophone(ana.peerId, 'open')).toEqual([]);
    expect(room.leave(beto.peerId)).toEqual([]);
    expect(room.snapshot(ana.peerId).revision).toBe(3);
  });

  it('[RM7] lets nobody act who is not in it', () => {
    expect(refusalOf(() => room.muting.setMicrophone(ana.peerId, 'open'))).toBe('WRONG_STATE');
    expect(refusalOf(() => room.say(ana.peerId, draft(), NOW))).toBe('WRONG_STATE');
    expect(refusalOf(() => room.recorded.begin(ana, RECORDING, 1))).toBe('WRONG_STATE');
    join(ana);
    expect(room.snapshot(ana.peerId).recording).toBeNull();
  });

  it('[RM8] records once at a time, and stops only what runs', () => {
    join(ana);
    expect(refusalOf(() => room.recorded.stop('stopped'))).toBe('RECORDING_STATE');
    room.recorded.begin(ana, RECORDING, 1);
    const second = 'recording-2' as RecordingId;
    expect(refusalOf(() => room.recorded.begin(ana, second, 2))).toBe('RECORDING_STATE');
    expect(room.recorded.running?.recordingId).toBe(RECORDING);
    expect(room.recorded.stop('roomClosed')).toMatchObject([
      { type: 'recordingStopped', recordingId: RECORDING, reason: 'roomClosed' },
      { type: 'peerChanged', peer: { recorded: false } },
      { type: 'consentChanged', peerId: ana.peerId, consent: null },
    ]);
    expect(room.recorded.running).toBeNull();
  });

  it('[RI1] lets an audience neither speak nor say', () => {
    join(carla);
    expect(refusalOf(() => room.muting.setMicrophone(carla.peerId, 'open'))).toBe('FORBIDDEN');
    expect(refusalOf(() => room.say(carla.peerId, draft(), NOW))).toBe('FORBIDDEN');
    expect(room.snapshot(carla.peerId)).toMatchObject({ revision: 1, phrases: [] });
  });
});
