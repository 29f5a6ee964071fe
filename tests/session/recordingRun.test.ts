import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordingId } from '#protocol';
import { ROOM_ID, SETTINGS, draft } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const AUTO = { ...SETTINGS, autoRecord: true } as const;
const MAX_MS = 60_000;

describe('a recording that runs', () => {
  let house: House;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House({ maxRecordingMs: MAX_MS });
    ana = await house.enter('moderator', { displayName: 'Ana' });
  });

  const start = () => ana.request('startRecording', {});
  const recording = () => house.recorder.recording;
  const isRecording = () => house.registry.status(ROOM_ID).recording;

  it('[RS1] takes nothing in while it is paused, and everyone again after', async () => {
    await ana.speak();
    await start();
    await ana.request('pauseRecording', {});
    ana.say(draft({ text: 'en el descanso' }));
    await ana.request('setMuted', { muted: true });
    expect(recording().tracks.map(({ ends }) => ends)).toEqual([1]);
    expect(house.engine.room.openTaps).toEqual([]);
    house.clock.advance(2_000);
    await ana.request('resumeRecording', {});
    await settled();
    expect(recording().tracks.map(({ ends, muted }) => [ends, muted])).toEqual([
      [1, []],
      [0, [true]],
    ]);
    expect(recording().phrases).toEqual([]);
    expect(recording().marks).toEqual(['pause', 'resume']);
    const changes = ana.channel.told('recordingChanged').map(({ recording: it }) => it);
    expect(changes).toMatchObject([{ pausedMs: 0 }, { pausedAt: null, pausedMs: 2_000 }]);
  });

  it('[RS2] does not take in a microphone that comes during the pause', async () => {
    await start();
    await ana.request('pauseRecording', {});
    await ana.speak();
    expect(recording().tracks).toEqual([]);
    await ana.request('resumeRecording', {});
    expect(recording().tracks).toHaveLength(1);
  });

  it('[RS3] is marked by a moderator while it runs', async () => {
    expect(await refusalFrom(ana.request('addMarker', { label: 'x' }))).toBe('RECORDING_STATE');
    await start();
    await ana.request('addMarker', { label: 'Pregunta de Beto' });
    await ana.request('addMarker', {});
    await ana.request('pauseRecording', {});
    expect(await refusalFrom(ana.request('addMarker', { label: 'x' }))).toBe('RECORDING_STATE');
    expect(recording().marks).toEqual(['marker Pregunta de Beto', 'marker ', 'pause']);
  });

  it('[RS4] ends by itself at its longest, and one that was stopped before does not take the next along', async () => {
    await start();
    house.clock.advance(MAX_MS - 1);
    await ana.request('stopRecording', {});
    await start();
    house.clock.advance(1);
    expect(recording().stops).toEqual([]);
    house.clock.advance(MAX_MS);
    await settled();
    expect(recording().stops).toEqual(['maxLength']);
    expect(ana.channel.told('recordingStopped').at(-1)).toMatchObject({ reason: 'maxLength' });
    expect(isRecording()).toBe(false);
  });

  it('[RS5] begins by itself with the first microphone where the room is made so, once', async () => {
    const auto = new House();
    const moderator = await auto.enter('moderator', { settings: AUTO });
    expect(auto.recorder.recordings).toEqual([]);
    await moderator.speak();
    await settled();
    expect(moderator.channel.told('recordingStarted')).toMatchObject([
      { recording: { startedBy: '' } },
    ]);
    expect(moderator.channel.told('consentChanged')).toEqual([{ consent: 'pending' }]);
    expect(auto.recorder.recording.tracks).toEqual([]);
    await moderator.request('stopRecording', {});
    const second = await auto.enter('speaker', { settings: AUTO });
    await second.speak();
    await settled();
    expect(auto.recorder.recordings).toHaveLength(1);
  });

  it('[RS6] that cannot begin by itself keeps nobody from speaking', async () => {
    const auto = new House();
    auto.recorder.hasRoom = false;
    const moderator = await auto.enter('moderator', { settings: AUTO });
    await moderator.speak();
    await settled();
    expect(moderator.channel.told('recordingStarted')).toEqual([]);
    expect(moderator.media.isClosed).toBe(false);
    expect(auto.log.of('error')).toEqual(['recording did not begin']);
  });

  it('[RS10] that could not begin by itself is told to who may record, and tried again', async () => {
    const auto = new House();
    auto.recorder.hasRoom = false;
    const moderator = await auto.enter('moderator', { settings: AUTO });
    const speaker = await auto.enter('speaker', { settings: AUTO });
    await speaker.speak();
    await settled();
    expect(moderator.channel.told('autoRecordFailed')).toEqual([{ code: 'STORAGE_FAILED' }]);
    expect(speaker.channel.told('autoRecordFailed')).toEqual([]);
    auto.recorder.hasRoom = true;
    await moderator.speak();
    await settled();
    expect(moderator.channel.told('recordingStarted')).toHaveLength(1);
  });

  it('[RS7] goes on when a media worker dies, marks the gap, and takes everyone in again', async () => {
    await ana.speak();
    await start();
    const dead = house.engine.room;
    dead.events.died();
    expect(ana.channel.told('mediaLost')).toHaveLength(1);
    expect(recording().tracks.map(({ ends }) => ends)).toEqual([1]);
    await ana.request('restartMedia', {});
    expect(house.engine.room).not.toBe(dead);
    await ana.speak();
    expect(recording().tracks.map(({ ends }) => ends)).toEqual([1, 0]);
    expect(house.engine.room.openTaps).toHaveLength(1);
    expect(recording().marks).toEqual(['interrupt']);
    expect(recording().stops).toEqual([]);
    expect(house.recorder.recordings).toHaveLength(1);
  });

  it('[RS8] waits for a worker, keeps who comes meanwhile waiting, and ends if there is none', async () => {
    await start();
    house.engine.failsToOpen = true;
    house.engine.room.events.died();
    await settled();
    const again = house.visitor(ana.session.identity);
    const joining = again.request('join', {});
    await settled();
    house.engine.failsToOpen = false;
    house.clock.advance(250);
    expect((await joining).recording).not.toBeNull();
    expect(recording().stops).toEqual([]);

    house.engine.failsToOpen = true;
    house.engine.room.events.died();
    for (let moment = 0; moment < 30; moment += 1) {
      await settled();
      house.clock.advance(250);
    }
    await settled();
    expect(recording().stops).toEqual(['interrupted']);
    expect(isRecording()).toBe(false);
  });

  it('[RS9] is started and stopped from outside of the room, and then everyone is asked', async () => {
    const running = await house.registry.startRecording(ROOM_ID, 'Portería');
    expect(running.startedBy).toBe('Portería');
    expect(ana.channel.told('consentChanged')).toEqual([{ consent: 'pending' }]);
    const other = 'recording-77' as RecordingId;
    expect(await refusalFrom(house.registry.stopRecording(ROOM_ID, other))).toBe('RECORDING_STATE');
    await house.registry.stopRecording(ROOM_ID, running.recordingId);
    expect(recording().stops).toEqual(['stopped']);
    await ana.request('leave', {});
    expect(await refusalFrom(house.registry.startRecording(ROOM_ID, 'P'))).toBe('NOT_FOUND');
  });
});
