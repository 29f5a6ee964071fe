import { beforeEach, describe, expect, it } from 'vitest';
import { PHRASE_HISTORY, PHRASE_LOG, type ProtocolError, type PeerId } from '#protocol';
import { PhraseLog } from '#server/domain/phraseLog.ts';
import { draft } from '#tests/support/builders.ts';
import { refusalOf } from '#tests/support/refusals.ts';

const ana = { peerId: 'peer-ana-1' as PeerId, displayName: 'Ana' };
const beto = { peerId: 'peer-beto' as PeerId, displayName: 'Beto' };

const at = (monotonicMs: number) => ({ wallMs: 1_000_000.6 + monotonicMs, monotonicMs });

describe('PhraseLog', () => {
  let log: PhraseLog;
  beforeEach(() => {
    log = new PhraseLog();
  });

  /** How many of `tries` phrases go through, said at the same moment. */
  const accepted = (tries: number, monotonicMs: number, author = ana) =>
    Array.from({ length: tries }, () =>
      refusalOf(() => log.append(author, draft(), at(monotonicMs))),
    ).filter((code) => code === 'allowed').length;

  it('[PH1] stamps number, time and author over whatever the draft says', () => {
    const forged = { ...draft({ draftId: 'x9' }), seq: 99, authorId: beto.peerId, at: 0 };
    expect(log.append(ana, forged, at(0))).toEqual({
      seq: 1,
      at: 1_000_001,
      authorId: ana.peerId,
      authorName: 'Ana',
      text: 'Hola a todos',
      language: 'es',
      draftId: 'x9',
    });
  });

  it('[PH2] lets five through at once and then two a second', () => {
    expect(accepted(8, 0)).toBe(5);
    expect(accepted(3, 499)).toBe(0);
    expect(accepted(3, 500)).toBe(1);
    expect(accepted(5, 1_500)).toBe(2);
    expect(accepted(9, 60_000)).toBe(5);
  });

  it('[PH3] says how long to wait, and takes the phrase after that and not before', () => {
    accepted(5, 0);
    const waitAt = (monotonicMs: number) => {
      try {
        log.append(ana, draft(), at(monotonicMs));
        return 0;
      } catch (error) {
        return (error as ProtocolError).retryAfterMs;
      }
    };
    const retryAfterMs = waitAt(100) ?? 0;
    expect(retryAfterMs).toBe(400);
    expect(waitAt(100 + retryAfterMs - 1)).toBeGreaterThan(0);
    expect(waitAt(100 + retryAfterMs)).toBe(0);
  });

  it('[PH4] limits each author alone', () => {
    expect(accepted(6, 0, ana)).toBe(5);
    expect(accepted(6, 0, beto)).toBe(5);
  });

  it('[PH5] leaves no gap in the numbers where phrases were refused', () => {
    for (let ms = 0; ms < 3_000; ms += 50) accepted(1, ms, ms % 100 === 0 ? ana : beto);
    const numbers = log.recent.map(({ seq }) => seq);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.length).toBeLessThan(60);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('[PH6] keeps the last 200, oldest first', () => {
    for (let i = 0; i < 250; i += 1) log.append(ana, draft({ text: `frase ${i}` }), at(i * 500));
    expect(PHRASE_HISTORY).toBe(200);
    expect(log.recent).toHaveLength(200);
    expect(log.recent[0]).toMatchObject({ seq: 51, text: 'frase 50' });
    expect(log.recent.at(-1)).toMatchObject({ seq: 250, text: 'frase 249' });
  });

  it('[PH7] takes a draft of the same author once, and one of the same name from another', () => {
    const first = draft({ draftId: 'same' });
    expect(log.append(ana, first, at(0))?.seq).toBe(1);
    expect(log.append(ana, first, at(0))).toBeNull();
    expect(log.append(beto, first, at(0))?.seq).toBe(2);
    // What was said before costs nothing of the limit.
    for (let i = 0; i < 20; i += 1) expect(log.append(ana, first, at(0))).toBeNull();
    expect(accepted(4, 0)).toBe(4);
  });

  it('[PH8] can be asked for page by page, as far back as 10,000', () => {
    const total = PHRASE_LOG + 50;
    for (let i = 0; i < total; i += 1) log.append(ana, draft(), at(i * 500));
    const seqs: number[] = [];
    for (let page = log.after(0); page.length > 0; page = log.after(seqs.at(-1) as number)) {
      expect(page.length).toBeLessThanOrEqual(PHRASE_HISTORY);
      seqs.push(...page.map(({ seq }) => seq));
    }
    expect(PHRASE_LOG).toBe(10_000);
    expect(seqs).toEqual(Array.from({ length: PHRASE_LOG }, (_, index) => 51 + index));
    expect(log.after(total)).toEqual([]);
  });
});
