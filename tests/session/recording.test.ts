import { beforeEach, describe, expect, it } from 'vitest';
import { draft } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { GRANTED, House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

describe('recording a room', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('moderator', { displayName: 'Ana' });
    beto = await house.enter('speaker', { displayName: 'Beto' });
  });

  const start = () => ana.request('startRecording', {});
  /** Starts, with everyone agreeing. */
  const startWithAll = async () => {
    const running = await start();
    await beto.answer(GRANTED);
    return running;
  };
  const tracks = () => house.recorder.recording.tracks;

  it('[SR1] tells everyone once that it started, and by whom', async () => {
    const running = await start();
    expect(running).toMatchObject({ startedBy: 'Ana', startedAt: house.clock.wallMs() });
    for (const { channel } of [ana, beto]) {
      expect(channel.told('recordingStarted')).toMatchObject([{ revision: 4, recording: running }]);
    }
    expect(house.recorder.recording.options).toMatchObject({ roomName: 'Coro', startedBy: 'Ana' });
  });

  it('[SR2] makes one recording of two starts at once', async () => {
    house.recorder.starting.hold();
    const outcomes = [refusalFrom(start()), refusalFrom(start())];
    house.recorder.starting.open();
    expect((await Promise.all(outcomes)).toSorted()).toEqual(['RECORDING_STATE', 'allowed']);
    expect(house.recorder.recordings).toHaveLength(1);
    expect(beto.channel.told('recordingStarted')).toHaveLength(1);
    expect(await refusalFrom(start())).toBe('RECORDING_STATE');
  });

  it('[SR3] tells everyone once that it stopped, and can start again', async () => {
    const { recordingId } = await start();
    const stops = [1, 2].map(() => refusalFrom(ana.request('stopRecording', {})));
    expect((await Promise.all(stops)).toSorted()).toEqual(['RECORDING_STATE', 'allowed']);
    expect(beto.channel.told('recordingStopped')).toEqual([
      { revision: 6, recordingId, reason: 'stopped' },
    ]);
    expect(house.recorder.recording.stops).toEqual(['stopped']);
    expect((await start()).recordingId).not.toBe(recordingId);
  });

  it('[SR4] answers a stop when what was captured is safe', async () => {
    await start();
    house.recorder.recording.stopping.hold();
    let isAnswered = false;
    const stopping = ana.request('stopRecording', {}).then(() => (isAnswered = true));
    await settled();
    expect(isAnswered).toBe(false);
    house.recorder.recording.stopping.open();
    await stopping;
    expect(isAnswered).toBe(true);
  });

  it('[SR5] records every microphone, those from before and those that come', async () => {
    const first = await beto.speak({ muted: true });
    await startWithAll();
    const second = await ana.speak();
    await settled();
    expect(tracks().map(({ options }) => options)).toEqual([
      { producerId: first, peerId: beto.peerId, displayName: 'Beto' },
      { producerId: second, peerId: ana.peerId, displayName: 'Ana' },
    ]);
    expect(tracks().map(({ muted }) => muted)).toEqual([[true], []]);
    expect(house.engine.room.openTaps).toEqual([first, second]);
    expect(house.engine.room.taps.map(({ sink }) => sink)).toEqual(tracks());
  });

  it('[SR6] passes on who is muted', async () => {
    await beto.speak();
    await startWithAll();
    await beto.request('setMuted', { muted: true });
    await beto.request('setMuted', { muted: false });
    expect(tracks()[0]?.muted).toEqual([true, false]);
  });

  it('[SR7] ends the track of whoever leaves, and begins another when they are back', async () => {
    await beto.speak();
    await startWithAll();
    const again = await house.enter('speaker', beto.session.identity);
    await again.speak();
    expect(tracks().map(({ ends }) => ends)).toEqual([1, 0]);
    expect(tracks().map(({ options }) => options.peerId)).toEqual([beto.peerId, beto.peerId]);
    expect(house.engine.room.openTaps).toHaveLength(1);
  });

  it('[SR8] leaves no tap open when a speaker goes before it stands', async () => {
    await beto.speak();
    house.engine.room.tapping.hold();
    await startWithAll();
    beto.session.leave();
    house.engine.room.tapping.open();
    await settled();
    expect(house.engine.room.openTaps).toEqual([]);
    expect(tracks().map(({ ends }) => ends)).toEqual([1]);
  });

  it('[SR9] goes on without a speaker who cannot be tapped', async () => {
    await beto.speak();
    house.engine.room.failsToTap = true;
    await startWithAll();
    await settled();
    expect(tracks().map(({ ends }) => ends)).toEqual([1]);
    expect(house.recorder.recording.stops).toEqual([]);
    expect(house.log.of('error')).toEqual(['speaker could not be recorded']);
  });

  it('[SR10] keeps the phrases that are said while it runs', async () => {
    beto.say(draft({ text: 'antes' }));
    await startWithAll();
    beto.say(draft({ text: 'durante' }));
    await ana.request('stopRecording', {});
    beto.say(draft({ text: 'después' }));
    expect(house.recorder.recording.phrases.map(({ text }) => text)).toEqual(['durante']);
  });

  it('[SR11] says STORAGE_FAILED where nothing can be written, and may be tried again', async () => {
    house.recorder.hasRoom = false;
    expect(await refusalFrom(start())).toBe('STORAGE_FAILED');
    expect(beto.channel.told('recordingStarted')).toEqual([]);
    house.recorder.hasRoom = true;
    expect(await refusalFrom(start())).toBe('allowed');
  });

  it('[SR12] stops and tells when the disk gives up', async () => {
    await start();
    const { recording } = house.recorder;
    recording.options.events.failed();
    recording.options.events.failed();
    await settled();
    expect(beto.channel.told('recordingStopped')).toMatchObject([{ reason: 'storageFailed' }]);
    expect(recording.stops).toEqual(['storageFailed']);
    expect(await refusalFrom(start())).toBe('allowed');
  });

  it('[SR13] does not stop for the failure of an earlier one', async () => {
    await start();
    const earlier = house.recorder.recording;
    await ana.request('stopRecording', {});
    await start();
    earlier.options.events.failed();
    await settled();
    expect(house.recorder.recording.stops).toEqual([]);
    expect(house.registry.status(ana.session.identity.roomId).recording).toBe(true);
  });

  it('[SR14] is closed with the room, before the server says it has stopped', async () => {
    await start();
    const { recording } = house.recorder;
    recording.stopping.hold();
    let isClosed = false;
    const closing = house.registry.close().then(() => (isClosed = true));
    await settled();
    expect([recording.stops, isClosed]).toEqual([['serverStopping'], false]);
    recording.stopping.open();
    await closing;
    expect(isClosed).toBe(true);
  });

  it('[SR15] waits 5 minutes for somebody to come back, and ends with the room when nobody does', async () => {
    await start();
    await beto.request('leave', {});
    await ana.request('leave', {});
    house.clock.advance(299_999);
    expect(house.recorder.recording.stops).toEqual([]);
    const back = await house.enter('moderator', ana.session.identity);
    house.clock.advance(300_000);
    expect(house.recorder.recording.stops).toEqual([]);
    await back.request('leave', {});
    house.clock.advance(300_000);
    expect(house.recorder.recording.stops).toEqual(['roomClosed']);
    expect(house.registry.status(ana.session.identity.roomId).recording).toBe(false);
  });

  it('[SR16] records nothing when whoever asked is gone before it starts', async () => {
    house.recorder.starting.hold();
    const starting = refusalFrom(start());
    ana.session.leave();
    house.recorder.starting.open();
    expect(await starting).toBe('WRONG_STATE');
    expect(house.recorder.recording.stops).toHaveLength(1);
    expect(beto.channel.told('recordingStarted')).toEqual([]);
    const carla = await house.enter('moderator');
    expect(await refusalFrom(carla.request('startRecording', {}))).toBe('allowed');
  });

  it('[SR17] survives a recorder that does not close cleanly', async () => {
    await start();
    house.recorder.recording.closesCleanly = false;
    expect(await refusalFrom(ana.request('stopRecording', {}))).toBe('allowed');
    expect(house.log.of('error')).toEqual(['recording did not close cleanly']);
  });

  it('[SR18] tells that a recording is ready to those who may see it, and only if it is', async () => {
    const { recordingId } = await start();
    await ana.request('stopRecording', {});
    const { events } = house.recorder.recording.options;
    events.progress(0.4);
    events.finalized('failed');
    expect(ana.channel.told('recordingProgress')).toEqual([{ recordingId, progress: 0.4 }]);
    expect(ana.channel.told('recordingReady')).toEqual([]);
    expect(ana.channel.told('recordingFailed')).toEqual([{ recordingId }]);
    events.finalized('ready');
    expect(ana.channel.told('recordingReady')).toEqual([{ recordingId }]);
    const aboutFiles = ['recordingProgress', 'recordingReady', 'recordingFailed'] as const;
    expect(aboutFiles.flatMap((name) => beto.channel.told(name))).toEqual([]);
  });
});
