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
});
