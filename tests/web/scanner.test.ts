import { describe, expect, it } from 'vitest';
import { Scanner, type ScanNode } from '#web/state/scanner.ts';
import { highlighted, scanTree } from '#web/state/scanTree.ts';

const ROOT: ScanNode[] = [
  { id: 'a', children: [{ id: 'a1' }, { id: 'a2' }] },
  { id: 'b', children: [{ id: 'b1' }] },
  { id: 'close' },
];
const PACE_MS = 1_000;

/** A scanner whose time stands still until it is told. */
function scanning(root = ROOT) {
  let now = 0;
  let due: { at: number; act: () => void } | null = null;
  const chosen: string[] = [];
  const scanner: Scanner = new Scanner({
    now: () => now,
    after(ms, act) {
      const mine = { at: now + ms, act };
      due = mine;
      return () => {
        if (due === mine) due = null;
      };
    },
    onMove: () => undefined,
    onChoose: (id) => chosen.push(id),
  });
  scanner.start(root, PACE_MS);
  const pass = (ms: number) => {
    const until = now + ms;
    for (let next = due; next && next.at <= until; next = due) {
      now = next.at;
      due = null;
      next.act();
    }
    now = until;
  };
  const at = () => scanner.position?.id ?? null;
  const reach = (id: string) => {
    for (let tries = 0; at() !== id && tries < 200; tries++) pass(100);
    pass(300);
  };
  return { scanner, chosen, pass, at, reach, isWaiting: () => due !== null };
}

describe('scanning with one switch', () => {
  it('[PB11] goes through the groups at its pace, and stays longer at the first', () => {
    const { at, pass } = scanning();
    expect(at()).toBe('a');
    pass(1_499);
    expect(at()).toBe('a');
    pass(1);
    expect(at()).toBe('b');
    pass(1_000);
    expect(at()).toBe('close');
    pass(1_000);
    expect(at()).toBe('a');
  });

  it('[PB12] takes with a press a group, then a phrase in it, and begins anew', () => {
    const { scanner, at, chosen, reach, pass } = scanning();
    scanner.press();
    expect([at(), scanner.position?.path]).toEqual(['a1', ['a']]);
    reach('a2');
    scanner.press();
    expect(chosen).toEqual(['a2']);
    expect([at(), scanner.position?.path]).toEqual(['a', []]);
    pass(300);
    reach('close');
    scanner.press();
    expect(chosen).toEqual(['a2', 'close']);
  });

  it('[PB13] leads out of a group with its last step, and by itself when nobody presses', () => {
    const { scanner, at, reach, pass } = scanning();
    scanner.press();
    reach('back');
    scanner.press();
    expect(at()).toBe('a');
    pass(300);
    scanner.press();
    expect(at()).toBe('a1');
    // Four rounds of a1, a2 and the way back.
    pass(4 * 3_500);
    expect([at(), scanner.position?.path]).toEqual(['a', []]);
  });

  it('[PB14] waits when nobody presses, and the next press chooses nothing', () => {
    const { scanner, at, chosen, pass, isWaiting } = scanning();
    pass(4 * 3_500);
    expect([at(), scanner.running, isWaiting()]).toEqual([null, true, false]);
    pass(60_000);
    scanner.press();
    expect([at(), chosen]).toEqual(['a', []]);
    expect(isWaiting()).toBe(true);
  });

  it('[PB15] takes a press that bounces once', () => {
    const { scanner, at, pass, chosen } = scanning();
    scanner.press();
    pass(100);
    scanner.press();
    expect([at(), chosen]).toEqual(['a1', []]);
    pass(200);
    scanner.press();
    expect(chosen).toEqual(['a1']);
  });

  it('[PB16] stands still while the page is hidden, and stops when it is told', () => {
    const { scanner, at, pass, isWaiting } = scanning();
    pass(1_600);
    scanner.pause();
    pass(60_000);
    expect([at(), isWaiting()]).toEqual(['b', false]);
    scanner.resume();
    expect(at()).toBe('a');
    scanner.stop();
    pass(60_000);
    scanner.press();
    scanner.resume();
    expect([at(), scanner.running, isWaiting()]).toEqual([null, false, false]);
  });

  it('[PB17] goes through long groups in blocks, so that nothing takes long', () => {
    const phrases = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ text: String(index), language: 'es' }));
    const section = (id: string, count: number) =>
      ({ id, kind: 'own', name: id, phrases: phrases(count) }) as const;
    const tree = scanTree([section('short', 6), section('long', 10)], {
      first: ['idea'],
      last: ['close'],
    });
    expect(tree.map(({ id }) => id)).toEqual(['idea', 'short', 'long', 'close']);
    expect(tree[1]?.children).toHaveLength(6);
    expect(tree[2]?.children?.map(({ children }) => children?.length)).toEqual([4, 4, 2]);
    expect([...highlighted(tree, 'long/2')]).toEqual(['long/2', 'long:8', 'long:9']);
    expect([...highlighted(tree, 'short:1')]).toEqual(['short:1']);
    expect([...highlighted(tree, 'short')]).toEqual(['short']);
  });
});
