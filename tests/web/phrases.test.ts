import type { DataConsumer, DataProducer } from 'mediasoup-client/types';
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Phrase } from '#protocol';
import { examplesOf } from '#tests/support/readme.ts';
import { stillPending, withFailure } from '#web/client/pendingPhrases.ts';
import { PhraseChannel, makeDraft } from '#web/client/phraseChannel.ts';
import { visibleLevel } from '#web/client/levels.ts';

const PHRASE = examplesOf('Phrases')['Phrase']?.[''] as Phrase;
const pending = ['a', 'b'].map((draftId) => ({
  draftId,
  text: draftId,
  language: 'es',
  failure: null,
}));

class FakeDrafts extends EventEmitter {
  readyState = 'connecting';
  readonly sent: string[] = [];

  send(message: string): void {
    this.sent.push(message);
  }
}

describe('phrases on their way', () => {
  it('[CP1] are pending until they come back, whoever else speaks', () => {
    const back = { ...PHRASE, draftId: 'a' };
    expect(stillPending(pending, [back, PHRASE]).map(({ draftId }) => draftId)).toEqual(['b']);
    expect(stillPending(pending, [])).toEqual(pending);
  });

  it('[CP2] carry the reason for which they were refused, and no others do', () => {
    const refused = withFailure(pending, { draftId: 'b', code: 'RATE_LIMITED', retryAfterMs: 500 });
    expect(refused.map(({ failure }) => failure)).toEqual([
      null,
      { code: 'RATE_LIMITED', retryAfterMs: 500 },
    ]);
    expect(withFailure(pending, { draftId: null, code: 'INVALID_MESSAGE' })).toEqual(pending);
  });

  it('[CP8] are all refused when they were too many at once', () => {
    const refused = withFailure(pending, { draftId: null, code: 'RATE_LIMITED' });
    expect(refused.map(({ failure }) => failure?.code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('[CP4] are made as the server takes them, or not at all', () => {
    const draft = { draftId: 'd1', text: '  Hola   a\ntodos ', language: 'es' };
    expect(makeDraft(draft)?.text).toBe('Hola a todos');
    for (const wrong of [{ text: ' ' }, { text: 'a'.repeat(281) }, { language: 'español' }]) {
      expect(makeDraft({ ...draft, ...wrong })).toBeNull();
    }
  });

  it('[CP5] go out only while the channel is open, and its changes are told', () => {
    let changes = 0;
    const channel = new PhraseChannel(() => (changes += 1));
    const drafts = new FakeDrafts();
    const draft = { draftId: 'd1', text: 'Hola', language: 'es' };
    expect(() => channel.send(draft)).toThrow();
    channel.sendOn(drafts as unknown as DataProducer);
    expect([channel.isOpen, changes]).toEqual([false, 1]);
    expect(() => channel.send(draft)).toThrow();
    drafts.readyState = 'open';
    drafts.emit('open');
    expect([channel.isOpen, changes]).toEqual([true, 2]);
    channel.send(draft);
    expect(drafts.sent.map((message) => JSON.parse(message) as unknown)).toEqual([draft]);
  });

  it('[CP6] that come in are taken only when they are phrases', () => {
    const consumer = new EventEmitter();
    const taken: Phrase[] = [];
    new PhraseChannel(() => {}).receive(consumer as unknown as DataConsumer, {
      take: (it) => taken.push(it),
    });
    const messages = [
      '',
      'null',
      '{',
      '{"seq":1}',
      new ArrayBuffer(4),
      JSON.stringify({ ...PHRASE, x: 1 }),
    ];
    for (const message of messages) consumer.emit('message', message);
    expect(taken).toEqual([]);
    consumer.emit('message', JSON.stringify(PHRASE));
    expect(taken).toEqual([PHRASE]);
  });

  it('[CP7] levels are shown from silence at 0 to full at 1, on a scale of decibels', () => {
    expect([0, -1, NaN, 0.000_1].map(visibleLevel)).toEqual([0, 0, 0, 0]);
    expect(visibleLevel(1)).toBe(1);
    expect(visibleLevel(2)).toBe(1);
    expect(visibleLevel(0.1)).toBeCloseTo(2 / 3);
    expect(visibleLevel(0.01)).toBeCloseTo(1 / 3);
  });
});
