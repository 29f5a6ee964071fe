import { beforeEach, describe, expect, it } from 'vitest';
import { PHRASE_MAX_BYTES } from '#protocol';
import { draft } from '#tests/support/builders.ts';
import { House, type Visitor } from '#tests/support/house.ts';

describe('phrases', () => {
  let house: House;
  let ana: Visitor;
  beforeEach(async () => {
    house = new House();
    ana = await house.enter('speaker', { displayName: 'Ana' });
  });

  const rejections = () => ana.channel.told('phraseRejected');

  it('[PS1] reach everyone stamped with their author, whatever the message claims', () => {
    ana.say(draft({ draftId: 'd1', text: '  Hola   a todos ' }));
    expect(house.engine.room.phrases).toEqual([
      {
        seq: 1,
        at: house.clock.wallMs(),
        authorId: ana.peerId,
        authorName: 'Ana',
        text: 'Hola a todos',
        language: 'es',
        draftId: 'd1',
      },
    ]);
    expect(rejections()).toEqual([]);
  });

  it.each([
    ['an author of its own', { ...draft(), authorId: 'peer-somebody' }],
    ['no text', { draftId: 'd1', language: 'es' }],
    ['an empty text', draft({ text: ' \u200b ' })],
    ['a text too long', draft({ text: 'a'.repeat(281) })],
    ['a language that is none', draft({ language: 'es_ES; drop' })],
    ['a draft name with markup', draft({ draftId: '<b>' })],
    ['numbers for text', { ...draft(), text: 7 }],
    ['a list', [draft()]],
    ['null', 'null'],
    ['no JSON', '{"draftId":'],
    ['nothing', ''],
    ['JSON nested deep', '['.repeat(PHRASE_MAX_BYTES / 2) + ']'.repeat(PHRASE_MAX_BYTES / 2)],
    ['a prototype', '{"__proto__":{"draftId":"d1"},"text":"a","language":"es"}'],
  ])('[PS2] are refused with INVALID_MESSAGE: %s', (_what, message) => {
    ana.say(message);
    expect(rejections()).toEqual([{ draftId: null, code: 'INVALID_MESSAGE' }]);
    expect(house.engine.room.phrases).toEqual([]);
    ana.say(draft());
    expect(house.engine.room.phrases.map(({ seq }) => seq)).toEqual([1]);
  });

  it('[PS3] are refused when they are not UTF-8', () => {
    ana.media.events.phraseMessage(Uint8Array.of(0x22, 0xc3, 0x28, 0x22));
    expect(rejections()).toEqual([{ draftId: null, code: 'INVALID_MESSAGE' }]);
  });

  it('[PS4] are refused beyond the rate, with the draft’s name and when to try again', async () => {
    const beto = await house.enter('speaker');
    for (let i = 1; i <= 6; i += 1) ana.say(draft({ draftId: `d${String(i)}` }));
    expect(rejections()).toEqual([{ draftId: 'd6', code: 'RATE_LIMITED', retryAfterMs: 500 }]);
    expect(beto.channel.told('phraseRejected')).toEqual([]);
    house.clock.advance(500);
    ana.say(draft({ draftId: 'd7' }));
    expect(house.engine.room.phrases.at(-1)).toMatchObject({ seq: 6, draftId: 'd7' });
  });

  it('[PS5] of an audience are refused with FORBIDDEN', async () => {
    const carla = await house.enter('audience');
    carla.say(draft({ draftId: 'd1' }));
    expect(carla.channel.told('phraseRejected')).toEqual([{ draftId: 'd1', code: 'FORBIDDEN' }]);
    expect(house.engine.room.phrases).toEqual([]);
  });

  it('[PS6] that arrive after their author left count for nothing', async () => {
    await house.enter('speaker');
    const { media } = ana;
    await ana.request('leave', {});
    media.events.phraseMessage(new TextEncoder().encode(JSON.stringify(draft())));
    expect(house.engine.room.phrases).toEqual([]);
    expect(rejections()).toEqual([]);
  });

  it('[PS7] do not come faster for leaving and coming back', async () => {
    await house.enter('audience');
    for (let i = 0; i < 5; i += 1) ana.say(draft());
    const again = await house.enter('speaker', ana.session.identity);
    again.say(draft());
    expect(again.channel.told('phraseRejected')).toMatchObject([{ code: 'RATE_LIMITED' }]);
  });

  it('[PS8] from before are given to whoever comes later', async () => {
    ana.say(draft({ text: 'uno' }));
    ana.say(draft({ text: 'dos' }));
    const { phrases } = await house.visitor().request('join', {});
    expect(phrases.map(({ text }) => text)).toEqual(['uno', 'dos']);
  });
});
