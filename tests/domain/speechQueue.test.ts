import { beforeEach, describe, expect, it } from 'vitest';
import type { Approval, PeerId, Phrase } from '#protocol';
import {
  GAP_MS,
  LONGEST_WAIT_MS,
  SpeechQueue,
  type Admission,
} from '#server/domain/speechQueue.ts';
import { refusalOf } from '#tests/support/refusals.ts';

const ANA = 'peer-ana-1' as PeerId;
const BETO = 'peer-beto' as PeerId;

function phrase(seq: number, authorId = ANA, text = 'Hola a todos'): Phrase {
  return { seq, at: 0, authorId, authorName: 'Ana', text, language: 'es', draftId: `d${seq}` };
}

describe('the queue of phrases to be spoken', () => {
  let queue: SpeechQueue;
  beforeEach(() => {
    queue = new SpeechQueue('none');
  });

  const withApproval = (approval: Approval) => (queue = new SpeechQueue(approval));
  const add = (seq: number, atMs = 0, authorId = ANA): Admission =>
    queue.add(phrase(seq, authorId), atMs);
  /** Speaks what is due at `atMs` for a second; its number, or null when nothing was due. */
  const speak = (atMs: number): number | null => {
    const { phrase: due } = queue.due(atMs);
    if (!due) return null;
    queue.begin(due.seq, 1_000, atMs);
    queue.end(atMs + 1_000);
    return due.seq;
  };

  it('[TQ1] lets one be spoken at a time, in the order in which they came', () => {
    for (const seq of [1, 2, 3]) add(seq);
    expect(queue.waiting).toEqual([1, 2, 3]);
    const { phrase: first } = queue.due(0);
    queue.begin(first!.seq, 1_000, 0);
    expect(queue.currentSeq).toBe(1);
    expect(queue.due(500)).toEqual({ phrase: null, inMs: null });
    queue.end(1_000);
    expect([speak(1_300), speak(2_600)]).toEqual([2, 3]);
  });

  it('[TQ2] leaves a pause between two', () => {
    add(1);
    add(2);
    expect(speak(0)).toBe(1);
    const due = queue.due(1_000);
    expect(due).toMatchObject({ phrase: null });
    const inMs = due.phrase === null ? due.inMs : null;
    expect(inMs).toBeGreaterThan(0);
    expect(speak(1_000 + inMs! - 1)).toBeNull();
    expect(speak(1_000 + inMs!)).toBe(2);
  });

  it('[TQ3] waits for a gap in the talk, which is longer than a breath', () => {
    queue.heard(true, 0);
    add(1, 100);
    expect(queue.due(100)).toEqual({ phrase: null, inMs: LONGEST_WAIT_MS });
    queue.heard(false, 1_000);
    expect(queue.due(1_000)).toEqual({ phrase: null, inMs: GAP_MS });
    queue.heard(true, 1_200);
    expect(speak(1_400)).toBeNull();
    queue.heard(false, 1_500);
    expect(speak(1_500 + GAP_MS)).toBe(1);
  });

  it('[TQ4] speaks into the talk after 4 s, counted from its turn', () => {
    queue.heard(true, 0);
    add(1, 0);
    add(2, 0);
    expect(speak(0)).toBeNull();
    expect(speak(LONGEST_WAIT_MS - 1)).toBeNull();
    expect(LONGEST_WAIT_MS).toBe(4_000);
    expect(speak(LONGEST_WAIT_MS)).toBe(1);
    const turnMs = LONGEST_WAIT_MS + 1_250;
    expect(speak(turnMs)).toBeNull();
    expect(speak(turnMs + LONGEST_WAIT_MS - 1)).toBeNull();
    expect(speak(turnMs + LONGEST_WAIT_MS)).toBe(2);
  });

  it('[TQ5] speaks at once in a silent room', () => {
    queue.heard(false, 0);
    add(1, 10_000);
    expect(speak(10_000)).toBe(1);
  });

  it('[TQ6] has the author named only where the author changes', () => {
    const named: boolean[] = [];
    for (const [index, author] of [ANA, ANA, BETO, ANA].entries()) {
      add(index + 1, 0, author);
      const due = queue.due(index * 2_000);
      if (due.phrase) named.push(due.withName);
      speak(index * 2_000);
    }
    expect(named).toEqual([true, false, true, true]);
  });

  it('[TQ7] takes no more than a minute of speech', () => {
    let seq = 0;
    while (add((seq += 1)) === 'waiting' && seq < 500);
    expect(seq).toBeGreaterThan(20);
    expect(seq).toBeLessThan(60);
    expect(queue.waiting).toHaveLength(seq - 1);
    // What it really takes counts, once it is known.
    for (const waiting of queue.waiting) queue.learnDuration(waiting, 500);
    expect(add(seq + 1)).toBe('waiting');
  });

  it('[TQ8] counts what is being spoken too, and no longer than it lasts', () => {
    add(1);
    queue.begin(1, 59_000, 0);
    expect(add(2, 0)).toBe('full');
    expect(add(3, 30_000)).toBe('waiting');
  });

  it('[TQ9] stands still while it is held, and goes on after', () => {
    add(1);
    queue.hold(true);
    expect(queue.isHeld).toBe(true);
    expect(speak(60_000)).toBeNull();
    queue.hold(false);
    expect(speak(60_000)).toBe(1);
  });

  it('[TQ10] can be put in another order, and lose one', () => {
    for (const seq of [1, 2, 3]) add(seq);
    queue.move(3, 0);
    queue.move(1, 99);
    expect(queue.waiting).toEqual([3, 2, 1]);
    expect(queue.drop(2)?.seq).toBe(2);
    expect(queue.waiting).toEqual([3, 1]);
    expect(queue.drop(2)).toBeNull();
    expect(refusalOf(() => queue.move(2, 0))).toBe('NOT_FOUND');
  });

  it('[TQ11] keeps all back for a moderator where it is set so', () => {
    withApproval('all');
    expect([add(1), add(2)]).toEqual(['unapproved', 'unapproved']);
    expect([queue.waiting, queue.unapproved]).toEqual([[], [1, 2]]);
    queue.approve(2, 0);
    expect([queue.waiting, queue.unapproved]).toEqual([[2], [1]]);
    expect(refusalOf(() => queue.approve(2, 0))).toBe('NOT_FOUND');
    expect(add(3)).toBe('unapproved');
  });

  it('[TQ12] keeps back only what newcomers say first, where it is set so', () => {
    withApproval('first');
    add(1);
    expect(add(2, 0, BETO)).toBe('unapproved');
    queue.approve(1, 0);
    expect(add(3)).toBe('waiting');
    expect(add(4, 0, BETO)).toBe('unapproved');
  });

  it('[TQ13] lets those through at once that need no yes any more', () => {
    withApproval('all');
    add(1);
    add(2, 0, BETO);
    queue.approve(1, 0);
    add(3);
    queue.setApproval('first', 0);
    expect([queue.waiting, queue.unapproved]).toEqual([[1, 3], [2]]);
    queue.setApproval('none', 0);
    expect([queue.waiting, queue.unapproved]).toEqual([[1, 3, 2], []]);
    expect(queue.approval).toBe('none');
  });

  it('[TQ14] takes only so many that wait for a moderator', () => {
    withApproval('all');
    let seq = 0;
    while (add((seq += 1)) === 'unapproved' && seq < 500);
    expect(seq).toBeLessThan(100);
    expect(queue.unapproved).toHaveLength(seq - 1);
  });

  it('[TQ15] stays within a minute whatever a moderator lets through', () => {
    withApproval('all');
    let seq = 0;
    while (add((seq += 1)) === 'unapproved');
    const refusals = queue.unapproved.map((each) => refusalOf(() => queue.approve(each, 0)));
    expect(new Set(refusals)).toEqual(new Set(['allowed', 'LIMIT_REACHED']));
    const left = queue.unapproved;
    expect(queue.setApproval('none', 0).map((phrase) => phrase.seq)).toEqual(left);
    expect(queue.unapproved).toEqual([]);
  });
});
