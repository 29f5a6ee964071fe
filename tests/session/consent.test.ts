import { beforeEach, describe, expect, it } from 'vitest';
import { SETTINGS, draft } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { GRANTED, House, REFUSED, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const REQUIRED = { ...SETTINGS, consent: 'required' } as const;

describe('who is recorded', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('moderator', { displayName: 'Ana' });
    beto = await house.enter('speaker', { displayName: 'Beto' });
  });

  const start = () => ana.request('startRecording', {});
  const recording = () => house.recorder.recording;
  const names = () => recording().tracks.map(({ options }) => options.displayName);
  const taps = () => house.engine.room.openTaps;

  it('[CN1] is nobody who has not said yes: no track, no tap, no phrase', async () => {
    const microphone = await ana.speak();
    await beto.speak();
    await start();
    beto.say(draft({ text: 'todavía no' }));
    await settled();
    expect(names()).toEqual(['Ana']);
    expect(taps()).toEqual([microphone]);
    expect(recording().phrases).toEqual([]);
    expect(beto.channel.told('consentChanged')).toEqual([{ consent: 'pending' }]);
  });

  it('[CN2] is whoever says yes, from then on', async () => {
    const microphone = await beto.speak({ muted: true });
    await start();
    await beto.answer(GRANTED);
    beto.say(draft({ text: 'ahora sí' }));
    await settled();
    expect(names()).toEqual(['Beto']);
    expect(recording().tracks[0]?.muted).toEqual([true]);
    expect(taps()).toEqual([microphone]);
    expect(recording().phrases.map(({ text }) => text)).toEqual(['ahora sí']);
    expect(ana.channel.roster.changed.at(-1)).toMatchObject({
      peerId: beto.peerId,
      recorded: true,
    });
  });

  it('[CN3] is no longer whoever takes it back, from that moment', async () => {
    await beto.speak();
    await start();
    await beto.answer(GRANTED);
    await settled();
    await beto.answer(REFUSED);
    beto.say(draft({ text: 'esto no' }));
    expect(recording().tracks.map(({ ends }) => ends)).toEqual([1]);
    expect(taps()).toEqual([]);
    expect(recording().phrases).toEqual([]);
    await beto.answer(GRANTED);
    expect(names()).toEqual(['Beto', 'Beto']);
  });

  it('[CN4] is not who says no while the tap is still being made', async () => {
    await beto.speak();
    await start();
    house.engine.room.tapping.hold();
    await beto.answer(GRANTED);
    await beto.answer(REFUSED);
    house.engine.room.tapping.open();
    await settled();
    expect(taps()).toEqual([]);
    expect(recording().tracks.map(({ ends }) => ends)).toEqual([1]);
  });

  it('[CN5] stays in the conversation all the same', async () => {
    await ana.listen();
    await beto.speak();
    await start();
    await beto.answer(REFUSED);
    beto.say(draft({ text: 'sigo aquí' }));
    expect(house.engine.room.phrases.map(({ text }) => text)).toEqual(['sigo aquí']);
    expect(ana.channel.requests).toHaveLength(1);
    expect(beto.media.isClosed).toBe(false);
  });

  it('[CN6] is told in a log of answers that is kept with the recording', async () => {
    await start();
    await beto.answer(REFUSED);
    house.clock.advance(5_000);
    await beto.answer({ ...GRANTED, language: 'en' });
    expect(recording().consents).toMatchObject([
      { displayName: 'Ana', answer: 'granted', language: null, words: null },
      { displayName: null, answer: 'refused', language: 'es' },
      { displayName: 'Beto', answer: 'granted', language: 'en', at: house.clock.wallMs() },
    ]);
    expect(recording().consents[1]?.words).toMatch(/¿Aceptas/);
  });

  it('[CN7] is told to the recording as soon as somebody is asked: a crash must not hide who is not in it', async () => {
    await start();
    const carla = await house.enter('speaker', { displayName: 'Carla' });
    await carla.answer({ ...REFUSED, named: true });
    expect(recording().askedPeers).toEqual([beto.peerId, carla.peerId]);
    expect(recording().consents.at(-1)).toMatchObject({ displayName: 'Carla', answer: 'refused' });
  });

  it('[CN8] may say so at the door, and is recorded from the first packet', async () => {
    await start();
    const carla = house.visitor({ displayName: 'Carla' });
    const snapshot = await carla.request('join', { consent: GRANTED });
    expect(snapshot.consent).toBe('granted');
    await carla.speak();
    expect(names()).toEqual(['Carla']);
    expect(recording().consents.at(-1)).toMatchObject({ displayName: 'Carla', answer: 'granted' });
    // Told with the snapshot, and not again.
    expect(carla.channel.roster.joined).toEqual([]);
  });

  it('[CN9] is everybody in a room that lets in who agrees', async () => {
    const strict = new House();
    const moderator = await strict.enter('moderator', { settings: REQUIRED });
    await moderator.request('startRecording', {});
    const visitor = strict.visitor({ settings: REQUIRED });
    expect(await refusalFrom(visitor.request('join', {}))).toBe('CONSENT_REQUIRED');
    expect(strict.engine.room.peers).toHaveLength(1);
    expect(moderator.channel.roster.joined).toEqual([]);
    expect((await visitor.request('join', { consent: GRANTED })).consent).toBe('granted');
  });

  it('[CN10] need not answer again after a lost connection', async () => {
    await start();
    await beto.answer(GRANTED);
    const again = house.visitor(beto.session.identity);
    expect((await again.request('join', {})).consent).toBe('granted');
    await again.speak();
    expect(names()).toEqual(['Beto']);
    expect(recording().consents).toHaveLength(2);
  });
});
