import { beforeEach, describe, expect, it } from 'vitest';
import { draft } from '#tests/support/builders.ts';
import { settled } from '#tests/support/fakes.ts';
import { House, type Visitor } from '#tests/support/house.ts';
import { refusalFrom } from '#tests/support/refusals.ts';

describe('the ways of a phrase', () => {
  let house: House;
  let ana: Visitor;
  let beto: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('moderator', { displayName: 'Ana' });
    beto = await house.enter('speaker', { displayName: 'Beto' });
  });

  const texts = () => house.engine.room.phrases.map(({ text }) => text);

  it('[PD1] goes over the socket where the channel does not, under the same rules', async () => {
    await ana.request('sendPhrase', draft({ text: 'por el socket' }));
    expect(texts()).toEqual(['por el socket']);
    for (let count = 0; count < 5; count += 1) await ana.request('sendPhrase', draft());
    expect(ana.channel.told('phraseRejected')).toMatchObject([{ code: 'RATE_LIMITED' }]);
  });

  it('[PD2] comes over the socket to those who ask for it, until they ask no more', async () => {
    await beto.request('followPhrases', { on: true });
    ana.say(draft({ text: 'uno' }));
    await beto.request('followPhrases', { on: false });
    ana.say(draft({ text: 'dos' }));
    expect(beto.channel.told('phraseSaid').map(({ phrase }) => phrase.text)).toEqual(['uno']);
    expect(ana.channel.told('phraseSaid')).toEqual([]);
  });

  it('[PD3] is said once, however often and on whichever ways it was sent', async () => {
    const said = draft({ text: 'una vez' });
    ana.say(said);
    await ana.request('sendPhrase', said);
    const again = await house.enter('moderator', ana.session.identity);
    again.say(said);
    expect(texts()).toEqual(['una vez']);
    expect(again.channel.told('phraseRejected')).toEqual([]);
  });

  it('[PD4] tells its author in batches how many got and heard it, on whichever way that was said', async () => {
    const carla = await house.enter('audience', { displayName: 'Carla' });
    ana.say(draft());
    beto.say({ got: [1], heard: [] });
    await carla.request('confirmPhrases', { got: [1], heard: [1] });
    expect(ana.channel.told('phrasesHeard')).toEqual([]);
    house.clock.advance(500);
    expect(ana.channel.told('phrasesHeard')).toEqual([
      { phrases: [{ seq: 1, got: 2, heard: 1, of: 2 }] },
    ]);
    expect(beto.channel.told('phrasesHeard')).toEqual([]);
    house.clock.advance(5_000);
    expect(ana.channel.told('phrasesHeard')).toHaveLength(1);
  });

  it('[PD5] names who heard it only in a room that is set so', async () => {
    const other = new House();
    const settings = { namedReceipts: true };
    const [dora, elsa] = [
      await other.enter('moderator', { displayName: 'Dora', settings }),
      await other.enter('speaker', { displayName: 'Elsa', settings }),
    ];
    dora.say(draft());
    elsa.say({ got: [], heard: [1] });
    other.clock.advance(500);
    expect(dora.channel.told('phrasesHeard')[0]?.phrases[0]?.names).toEqual(['Elsa']);
  });

  it('[PD6] is stopped where it arrives when too many come, and its author removed the third time', async () => {
    const flood = () => {
      for (let count = 0; count < 200; count += 1) ana.say('{');
    };
    flood();
    expect(ana.media.phrasePauses).toEqual([true]);
    expect(ana.channel.told('phraseRejected').at(-1)).toEqual({
      draftId: null,
      code: 'RATE_LIMITED',
      retryAfterMs: 5_000,
    });
    // One answer a message would be a flood of its own.
    expect(ana.channel.told('phraseRejected').length).toBeLessThan(40);
    expect(await refusalFrom(ana.request('sendPhrase', draft()))).toBe('RATE_LIMITED');
    house.clock.advance(5_000);
    expect(ana.media.phrasePauses).toEqual([true, false]);
    ana.say(draft({ text: 'otra vez' }));
    expect(texts()).toEqual(['otra vez']);
    flood();
    house.clock.advance(5_000);
    flood();
    expect(ana.channel.removedWith).toBe('RATE_LIMITED');
    expect(beto.channel.removedWith).toBeUndefined();
  });

  it('[PD7] has a place in the log of its room, which another room does not share', async () => {
    ana.say(draft());
    const { logId } = await house.visitor().request('join', {});
    for (const visitor of [ana, beto]) await visitor.request('leave', {});
    const again = new House();
    expect((await again.visitor().request('join', {})).logId).not.toBe(logId);
  });

  it('[PD8] goes on while a peer’s media begins anew: nobody sees them leave', async () => {
    await ana.speak();
    await ana.listen();
    const before = ana.media;
    await ana.request('restartMedia', {});
    expect(before.isClosed).toBe(true);
    expect(ana.media).not.toBe(before);
    expect(beto.channel.roster.left).toEqual([]);
    expect(beto.channel.roster.changed.at(-1)?.microphone).toBe('none');
    await ana.listen();
    await ana.speak();
    await settled();
    expect(beto.channel.roster.changed.at(-1)?.microphone).toBe('open');
    ana.say(draft({ text: 'sigo aquí' }));
    expect(texts()).toEqual(['sigo aquí']);
  });
});
