import { beforeEach, describe, expect, it } from 'vitest';
import { TalkKey } from '#web/state/talkKey.ts';

describe('the key one holds to talk', () => {
  let done: string[];
  let isFree: boolean;
  let key: TalkKey;

  beforeEach(() => {
    done = [];
    isFree = true;
    key = new TalkKey({
      isFree: () => isFree,
      hold: () => done.push('hold'),
      letGo: () => done.push('let go'),
    });
  });

  /** @param element what it is pressed on: a selector that it answers to */
  const press = (change: Partial<KeyboardEvent> = {}, element = 'main') => ({
    key: ' ',
    timeStamp: 10_000,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    preventDefault: () => void done.push('kept'),
    target: {
      closest: (selectors: string) => (selectors.split(', ').includes(element) ? {} : null),
      matches: (selectors: string) => selectors.split(', ').includes(element),
    } as unknown as EventTarget,
    ...change,
  });

  it('[PT1] opens for as long as it is held, once', () => {
    key.down(press());
    expect(done).toEqual(['kept', 'hold']);
    key.down(press({ repeat: true }));
    key.up(press());
    expect(done).toEqual(['kept', 'hold', 'kept', 'kept', 'let go']);
    key.down(press());
    expect(done.at(-1)).toBe('hold');
  });

  it('[PT2] means nothing where the space bar means something else', () => {
    for (const element of ['textarea', 'input', 'button', 'select', '[role=slider]']) {
      key.down(press({}, element));
    }
    for (const change of [
      { key: 'a' },
      { ctrlKey: true },
      { shiftKey: true },
      { isComposing: true },
      { defaultPrevented: true },
    ]) {
      key.down(press(change));
    }
    isFree = false;
    key.down(press());
    key.up(press());
    expect(done).toEqual([]);
  });

  it('[PT3] ends with the key or before, and only once', () => {
    key.down(press());
    key.up(press({ key: 'a' }));
    expect(done).toEqual(['kept', 'hold']);
    key.letGo();
    key.up(press());
    key.letGo();
    expect(done).toEqual(['kept', 'hold', 'let go']);
  });

  it('[PT4] does not begin in the middle of a press', () => {
    key.down(press({ repeat: true }));
    expect(done).toEqual([]);
  });

  it('[PT5] leaves the space bar to whatever else has the focus', () => {
    for (const element of ['h2', 'aside', 'a']) key.down(press({}, element));
    expect(done).toEqual([]);
    for (const element of ['body', '.dock *']) {
      key.down(press({}, element));
      key.up(press({}, element));
    }
    expect(done.filter((it) => it === 'hold')).toHaveLength(2);
  });

  it('[PT6] goes on writing for a moment where the field has gone, and as long as one writes', () => {
    const field = { isConnected: true };
    const target = { closest: () => field } as unknown as EventTarget;
    const at = (timeStamp: number, letter = ' ') => press({ timeStamp, key: letter }, 'body');
    key.down(press({ key: 'a', timeStamp: 1_000, target }));
    field.isConnected = false;
    key.down(at(2_400));
    key.down(at(3_800, 'b'));
    key.down(at(5_200));
    expect(done).toEqual([]);
    key.down(at(6_700));
    expect(done).toEqual(['kept', 'hold']);
  });

  it('[PT7] is free at once for who has left a field themselves', () => {
    const target = { closest: () => ({ isConnected: true }) } as unknown as EventTarget;
    key.down(press({ key: 'a', timeStamp: 1_000, target }));
    key.down(press({ timeStamp: 1_200 }));
    expect(done).toEqual(['kept', 'hold']);
  });
});
