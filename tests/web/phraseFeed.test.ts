import { describe, expect, it } from 'vitest';
import type { Phrase } from '#protocol';
import { PhraseFeed } from '#web/client/phraseFeed.ts';

const phrase = (seq: number) => ({ seq, text: `frase ${String(seq)}` }) as Phrase;

/** A feed that began after `lastSeq`, whose server has said everything up to `said`. */
function feedAfter(lastSeq: number) {
  const heard: number[] = [];
  const asked: number[] = [];
  let said = lastSeq;
  let answer: Promise<void> = Promise.resolve();
  const feed = new PhraseFeed({
    lastSeq,
    fetchAfter: async (seq) => {
      asked.push(seq);
      await answer;
      return Array.from({ length: said - seq }, (_, index) => phrase(seq + 1 + index));
    },
    take: (phrases) => heard.push(...phrases.map(({ seq }) => seq)),
  });
  return {
    feed,
    heard,
    asked,
    say: (seq: number) => (said = seq),
    hold: (until: Promise<void>) => (answer = until),
  };
}

describe('the phrases of one visit', () => {
  it('[PF1] are taken in order, each once', () => {
    const { feed, heard } = feedAfter(3);
    for (const seq of [3, 4, 4, 5, 2]) feed.arrived(phrase(seq));
    expect(heard).toEqual([4, 5]);
  });

  it('[PF2] are asked for where some are missing, and none is heard twice', async () => {
    const { feed, heard, asked, say } = feedAfter(0);
    say(3);
    feed.arrived(phrase(3));
    await feed.catchUp();
    await Promise.resolve();
    expect(asked[0]).toBe(0);
    expect(heard).toEqual([1, 2, 3]);
    feed.arrived(phrase(4));
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('[PF4] that come by the channel while others are asked for are not forgotten', async () => {
    const heard: number[] = [];
    // The first answer is from before the last two were said.
    const answers = [[1, 2, 3], [4, 5], []].map((seqs) => seqs.map(phrase));
    const first = Promise.withResolvers<void>();
    const feed = new PhraseFeed({
      lastSeq: 0,
      fetchAfter: async () => {
        await first.promise;
        return answers.shift() ?? [];
      },
      take: (phrases) => heard.push(...phrases.map(({ seq }) => seq)),
    });
    const caughtUp = feed.catchUp();
    feed.arrived(phrase(5));
    first.resolve();
    await caughtUp;
    expect(heard).toEqual([1, 2, 3, 4, 5]);
  });

  it('[PF3] that could not be asked for are asked for again', async () => {
    const { feed, heard, hold, say } = feedAfter(0);
    say(2);
    hold(Promise.reject(new Error('gone')));
    await feed.catchUp();
    expect(heard).toEqual([]);
    hold(Promise.resolve());
    await feed.catchUp();
    expect(heard).toEqual([1, 2]);
  });
});
