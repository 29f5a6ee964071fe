import { beforeEach, describe, expect, it } from 'vitest';
import { draft, opusCapabilities } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { GRANTED, House, REFUSED, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

const PACKET_MS = 20;
/** Longer than any phrase here is, with its author's name. */
const WHOLE_MS = 3_000;

describe('the voice of a room', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House({ speaks: true });
    ana = await house.enter('moderator', { displayName: 'Ana' });
    beto = await house.enter('speaker', { displayName: 'Beto' });
  });

  const voice = () => house.engine.room.voice;
  const speech = () => beto.channel.told('speechChanged').at(-1)!.speech;
  const spoken = () =>
    beto.channel
      .told('speechChanged')
      .flatMap((it) => (it.speech.current ? [it.speech.current.seq] : []))
      .filter((seq, index, all) => seq !== all[index - 1]);
  const say = async (visitor: Visitor, text = 'Hola') => {
    visitor.say(draft({ text }));
    await settled();
  };
  /** Lets time pass in small steps, so that what is made meanwhile arrives. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 100) {
      house.clock.advance(Math.min(100, left));
      await settled();
    }
  };

  it('[VO1] says a phrase as sound, packet by packet at its pace, and tells everyone when', async () => {
    await say(beto, 'Hola');
    // The author's name, a pause and the text, all of them made of packets of 20 ms.
    const { current } = speech();
    expect(current).toMatchObject({ seq: 1, startedAt: house.clock.wallMs() });
    const packets = current!.durationMs / PACKET_MS;
    const atOnce = voice().sent.length;
    expect(atOnce).toBeLessThanOrEqual(4);
    await pass(100);
    expect(voice().sent.length).toBeGreaterThanOrEqual(atOnce + 5);
    expect(voice().sent.length).toBeLessThanOrEqual(atOnce + 6);
    await pass(WHOLE_MS);
    expect(speech().current).toBeNull();
    // A few of silence follow, so that nothing is made up behind the last word.
    expect(voice().sent.length).toBe(packets + 3);
    const times = voice().sent.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.map((_, index) => times[0]! + index * PACKET_MS * 48));
    expect(
      voice()
        .sent.map(({ marker }) => marker)
        .indexOf(true, 1),
    ).toBe(-1);
    expect(voice().sent[0]?.marker).toBe(true);
  });

  it('[VO2] comes with the way in, once, as nobody’s microphone', async () => {
    const { consumers } = await beto.request('listen', { rtpCapabilities: opusCapabilities() });
    expect(consumers.filter(({ slot }) => slot === undefined)).toMatchObject([
      { peerId: null, producerId: voice().producerId },
    ]);
    expect(beto.channel.requests).toEqual([]);
  });

  it('[VO3] waits while somebody talks, and begins in the gap', async () => {
    const producerId = await ana.speak();
    house.engine.room.events.levels([{ producerId, dBov: -20 }]);
    await say(beto);
    await pass(1_000);
    expect(speech()).toMatchObject({ current: null, waiting: [1] });
    house.engine.room.events.levels([]);
    await pass(300);
    expect(speech().current?.seq).toBe(1);
  });

  it('[VO4] says the author’s name when the author changes, and where the text begins', async () => {
    for (const [author, named] of [
      [beto, true],
      [beto, false],
      [ana, true],
    ] as const) {
      await say(author, 'Sí');
      expect(speech().current!.textAtMs > 0).toBe(named);
      await pass(WHOLE_MS);
    }
  });

  it('[VO5] stops a phrase that is skipped within a packet, and tells its author', async () => {
    await say(beto, 'Una frase que sigue y sigue');
    await pass(100);
    const sent = voice().sent.length;
    await ana.request('moderateSpeech', { action: 'skip', seq: 1 });
    await pass(500);
    expect(voice().sent.length).toBe(sent + 3);
    expect(beto.channel.told('phraseUnspoken')).toEqual([{ seq: 1, reason: 'skipped' }]);
    expect(ana.channel.told('phraseUnspoken')).toEqual([]);
    expect(speech()).toMatchObject({ current: null, waiting: [] });
  });

  it('[VO6] stands still while a moderator holds it; what is said meanwhile is shown', async () => {
    await ana.request('moderateSpeech', { action: 'hold' });
    expect(speech().held).toBe(true);
    await say(beto);
    await pass(WHOLE_MS);
    expect(spoken()).toEqual([]);
    expect(house.engine.room.phrases).toHaveLength(1);
    await ana.request('moderateSpeech', { action: 'release' });
    await settled();
    expect(spoken()).toEqual([1]);
  });

  it('[VO7] says phrases in the order that a moderator gives them, and those that were let through', async () => {
    await ana.request('moderateSpeech', { action: 'setApproval', approval: 'all' });
    for (const text of ['uno', 'dos', 'tres']) await say(beto, text);
    expect(speech()).toMatchObject({ approval: 'all', waiting: [], unapproved: [1, 2, 3] });
    await ana.request('moderateSpeech', { action: 'hold' });
    for (const seq of [1, 3]) await ana.request('moderateSpeech', { action: 'approve', seq });
    await ana.request('moderateSpeech', { action: 'move', seq: 3, place: 0 });
    await ana.request('moderateSpeech', { action: 'skip', seq: 2 });
    await ana.request('moderateSpeech', { action: 'release' });
    await pass(3 * WHOLE_MS);
    expect(spoken()).toEqual([3, 1]);
  });

  it('[VO8] answers a moderator for phrases that do not wait', async () => {
    const approve = ana.request('moderateSpeech', { action: 'approve', seq: 9 });
    expect(await refusalFrom(approve)).toBe('NOT_FOUND');
  });

  it('[VO9] tells the author of a phrase that it cannot say, and goes on with the next', async () => {
    house.speech.fails = true;
    await say(beto, 'uno');
    expect(beto.channel.told('phraseUnspoken')).toEqual([{ seq: 1, reason: 'failed' }]);
    house.speech.fails = false;
    await say(beto, 'dos');
    expect(spoken()).toEqual([2]);
    beto.say(draft({ text: 'こんにちは', language: 'ja' }));
    expect(beto.channel.told('phraseUnspoken').at(-1)).toEqual({ seq: 3, reason: 'noVoice' });
  });

  it('[VO10] says no more than a minute ahead, and tells whose phrase was too much', async () => {
    await ana.request('moderateSpeech', { action: 'hold' });
    const long = 'muy larga '.repeat(28).trim();
    for (let count = 0; count < 5; count += 1) await say(beto, long);
    expect(beto.channel.told('phraseUnspoken').map(({ reason }) => reason)).toContain('queueFull');
    expect(house.engine.room.phrases).toHaveLength(5);
  });

  it('[VO11] is told to whoever comes in while it speaks', async () => {
    await say(beto);
    const { speech: told } = await house.visitor().request('join', {});
    expect(told).toEqual(speech());
    expect(told.current?.seq).toBe(1);
  });

  it('[VO12] is silent where the server has none', async () => {
    const quiet = new House();
    const carla = await quiet.enter('speaker');
    await carla.listen();
    carla.say(draft());
    await settled();
    expect(carla.channel.requests).toEqual([]);
    expect(carla.channel.told('speechChanged')).toEqual([]);
    const { speech: told, voices } = await quiet.visitor().request('join', {});
    expect([told.current, voices]).toEqual([null, []]);
  });

  describe('in a recording', () => {
    const recording = () => house.recorder.recordings[0]!;
    const phraseTracks = () =>
      recording().tracks.filter(({ options }) => options.peerId.endsWith('_phrases'));

    beforeEach(async () => {
      await ana.request('startRecording', {});
    });

    it('[VO13] is a track of its author’s, with the packets that everyone hears', async () => {
      await beto.answer(GRANTED);
      await say(beto);
      await pass(WHOLE_MS);
      const [track] = phraseTracks();
      expect(track?.options).toMatchObject({
        displayName: 'Beto',
        producerId: voice().producerId,
      });
      expect(track?.packets.length).toBe(voice().sent.length);
      expect(track?.ends).toBeGreaterThan(0);
      expect(recording().spokenPhrases).toMatchObject([{ seq: 1 }]);
    });

    it('[VO14] is not there for who has not agreed', async () => {
      await say(beto);
      await pass(WHOLE_MS);
      await beto.answer(REFUSED);
      await say(beto);
      await pass(WHOLE_MS);
      expect(phraseTracks()).toEqual([]);
      expect(spoken()).toEqual([1, 2]);
    });

    it('[VO15] ends in the middle of a word for who takes it back, and with a pause', async () => {
      await beto.answer(GRANTED);
      await say(beto, 'Una frase que sigue y sigue');
      await pass(100);
      await beto.answer(REFUSED);
      expect(phraseTracks()[0]?.ends).toBeGreaterThan(0);
      await pass(WHOLE_MS);
      await say(ana, 'Otra frase que sigue y sigue');
      await pass(100);
      await ana.request('pauseRecording', {});
      expect(phraseTracks()[1]?.ends).toBeGreaterThan(0);
    });
  });
});
