import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MediaHouse } from '#tests/support/mediaRoom.ts';
import { Tone } from '#tests/support/tone.ts';

const noRecorder = { start: () => Promise.reject(new Error('not here')) };

describe('a room on a real worker', () => {
  let house: MediaHouse;
  beforeEach(async () => {
    house = await MediaHouse.open(noRecorder);
  });
  afterEach(() => house.close());

  it('[MD1] carries each microphone to everybody else, and only that', async () => {
    const [low, high] = [Tone.playing(440), Tone.playing(1_000)];
    const ana = await house.enter('moderator', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    const carla = await house.enter('audience', 'Carla');
    await ana.send(low);
    await beto.send(high);

    await ana.until(() => (ana.toneOf(beto.peerId)?.shareOf(1_000) ?? 0) > 0.8);
    await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(440) ?? 0) > 0.8);
    await carla.until(
      () =>
        (carla.toneOf(ana.peerId)?.shareOf(440) ?? 0) > 0.8 &&
        (carla.toneOf(beto.peerId)?.shareOf(1_000) ?? 0) > 0.8,
    );
    expect(ana.heard.has(ana.peerId)).toBe(false);
    expect(ana.toneOf(beto.peerId)?.shareOf(440)).toBeLessThan(0.05);
    low.close();
    high.close();
  });

  it('[MD2] carries a phrase from one peer to all, stamped and in order, its author too', async () => {
    const ana = await house.enter('moderator', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    const carla = await house.enter('audience', 'Carla');
    await ana.send();
    await beto.send();

    ana.say({ draftId: 'a1', text: '¡Hola a  todos!', language: 'es' });
    await carla.until(() => carla.phrases.length === 1);
    beto.say({ draftId: 'b1', text: 'Hello', language: 'en' });

    for (const peer of [ana, beto, carla]) {
      await peer.until(() => peer.phrases.length === 2);
      expect(peer.phrases).toMatchObject([
        { seq: 1, authorId: ana.peerId, authorName: 'Ana', text: '¡Hola a todos!', draftId: 'a1' },
        { seq: 2, authorId: beto.peerId, authorName: 'Beto', text: 'Hello', language: 'en' },
      ]);
    }
  });

  it('[MD3] sends nothing of a muted microphone to anyone', async () => {
    const tone = Tone.playing(700);
    const ana = await house.enter('moderator', 'Ana');
    const beto = await house.enter('audience', 'Beto');
    await ana.send(tone);
    const share = () => beto.toneOf(ana.peerId)?.shareOf(700) ?? 0;
    await beto.until(() => share() > 0.8);

    // The client goes on sending: it is the server that must hold it back.
    await ana.request('setMuted', { muted: true });
    await beto.until(() => share() === 0);
    await ana.request('setMuted', { muted: false });
    await beto.until(() => share() > 0.8);
    tone.close();
  });

  it('[MD4] tells who leads the talk, and that nobody does', async () => {
    const tone = Tone.playing(500);
    const ana = await house.enter('speaker', 'Ana');
    const beto = await house.enter('audience', 'Beto');
    await ana.send(tone);
    const last = () => beto.told('activeSpeakerChanged').at(-1)?.peerId;

    await beto.until(() => last() === ana.peerId);
    await ana.request('setMuted', { muted: true });
    await beto.until(() => last() === null);
    tone.close();
  });

  it('[MD5] takes away what a peer sent when it leaves', async () => {
    const tone = Tone.playing(500);
    const ana = await house.enter('speaker', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    await ana.send(tone);
    await beto.until(() => beto.heard.has(ana.peerId));

    await ana.request('leave', {});
    const told = (name: string) => beto.notifications.some((it) => it.name === name);
    await beto.until(() => told('rosterChanged') && told('consumerClosed'));
    tone.close();
  });

  it('[MD8] gives a joining peer also what is said between its snapshot and its channel', async () => {
    const ana = await house.enter('moderator', 'Ana');
    await ana.send();
    const late = house.visitor('audience', 'Tarde');
    const { phrases } = await late.request('join', {});
    expect(phrases).toEqual([]);
    ana.say({ draftId: 'a1', text: 'En medio', language: 'es' });
    await ana.until(() => ana.phrases.length === 1);
    const missed = await late.request('getPhrases', { afterSeq: 0 });
    expect(missed.phrases).toMatchObject([{ seq: 1, text: 'En medio' }]);
  });

  it('[MD9] lets a microphone go and come back, as one that was unplugged', async () => {
    const [first, second] = [Tone.playing(500), Tone.playing(900)];
    const ana = await house.enter('speaker', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    await ana.send(first);
    await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(500) ?? 0) > 0.8);
    await ana.disconnectMicrophone();
    await beto.until(() => beto.notifications.some(({ name }) => name === 'consumerClosed'));
    await ana.connectMicrophone(second);
    await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(900) ?? 0) > 0.8);
    first.close();
    second.close();
  });

  it('[MD10] closes a Consumer that was refused, and makes another that is heard', async () => {
    const tone = Tone.playing(700);
    const ana = await house.enter('speaker', 'Ana');
    const beto = await house.enter('speaker', 'Beto');
    vi.spyOn(beto.session.channel, 'request').mockRejectedValueOnce(new Error('refused'));
    await ana.send(tone);
    await beto.until(() => (beto.toneOf(ana.peerId)?.shareOf(700) ?? 0) > 0.8);
    expect(beto.told('consumerClosed')).toHaveLength(1);
    tone.close();
  });

  it('[MD6] gives a latecomer the phrases from before and the sound that is going on', async () => {
    const tone = Tone.playing(600);
    const ana = await house.enter('moderator', 'Ana');
    await ana.send(tone);
    ana.say({ draftId: 'a1', text: 'Empezamos', language: 'es' });
    await ana.until(() => ana.phrases.length === 1);

    const late = house.visitor('audience', 'Tarde');
    const snapshot = await late.join();
    expect(snapshot.phrases).toMatchObject([{ seq: 1, text: 'Empezamos' }]);
    await late.until(() => (late.toneOf(ana.peerId)?.shareOf(600) ?? 0) > 0.8);
    tone.close();
  });
});
