import { describe, expect, it } from 'vitest';
import type { PeerId, Phrase } from '#protocol';
import { Receipts } from '#server/domain/receipts.ts';

const [ANA, BETO, CARLA, DORA] = ['peer-ana-1', 'peer-beto', 'peer-carl', 'peer-dora'] as PeerId[];

const said = (receipts: Receipts, seq: number, others = [BETO!, CARLA!]) =>
  receipts.said({ seq, authorId: ANA } as Phrase, others);

describe('who got and heard a phrase', () => {
  it('[HD1] is counted once each, among those who were there', () => {
    const receipts = new Receipts();
    said(receipts, 1);
    expect(receipts.take(BETO!, { got: [1], heard: [] })).toEqual([1]);
    expect(receipts.take(BETO!, { got: [1, 1], heard: [] })).toEqual([]);
    receipts.take(CARLA!, { got: [1], heard: [1] });
    expect(receipts.of(1)).toEqual({
      authorId: ANA,
      heardBy: { seq: 1, got: 2, heard: 1, of: 2 },
    });
  });

  it('[HD2] is not who said it, nor who came later', () => {
    const receipts = new Receipts();
    said(receipts, 1);
    for (const peerId of [ANA!, DORA!]) {
      expect(receipts.take(peerId, { got: [1], heard: [1] })).toEqual([]);
    }
    expect(receipts.of(1)?.heardBy).toMatchObject({ got: 0, heard: 0, of: 2 });
  });

  it('[HD3] has got what they heard', () => {
    const receipts = new Receipts();
    said(receipts, 1);
    receipts.take(BETO!, { got: [], heard: [1] });
    expect(receipts.of(1)?.heardBy).toMatchObject({ got: 1, heard: 1 });
  });

  it('[HD4] is named only where names are asked for, and known', () => {
    const receipts = new Receipts();
    said(receipts, 1);
    receipts.take(BETO!, { got: [], heard: [1] });
    receipts.take(CARLA!, { got: [], heard: [1] });
    expect(receipts.of(1)?.heardBy).not.toHaveProperty('names');
    const nameOf = (peerId: PeerId) => (peerId === BETO ? 'Beto' : null);
    expect(receipts.of(1, nameOf)?.heardBy.names).toEqual(['Beto']);
  });

  it('[HD5] is forgotten of phrases of long ago, and of none that never was', () => {
    const receipts = new Receipts();
    for (let seq = 1; seq <= 500; seq += 1) said(receipts, seq);
    expect(receipts.take(BETO!, { got: [1, 500, 9_999], heard: [] })).toEqual([500]);
    expect([receipts.of(1), receipts.of(9_999)]).toEqual([null, null]);
  });
});
