import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Countdown } from '#web/state/countdown.ts';
import { withToast } from '#web/state/shownToasts.ts';

describe('toasts', () => {
  const toast = (text: string, action: 'undo' | null = null) => ({ text, action });
  const shown = (...toasts: ReturnType<typeof toast>[]) =>
    toasts
      .reduce<ReturnType<typeof toast>[]>((before, it) => withToast(before, it), [])
      .map(({ text }) => text);

  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('[TO1] are the last three, each told once', () => {
    expect(shown(toast('a'), toast('b'), toast('c'), toast('d'))).toEqual(['b', 'c', 'd']);
    expect(shown(toast('a'), toast('b'), toast('a'))).toEqual(['b', 'a']);
  });

  it('[TO2] that can be undone stay before all others, and the oldest goes for a newer one', () => {
    const first = toast('first', 'undo');
    expect(shown(first, toast('b'), toast('c'), toast('d'))).toEqual(['first', 'c', 'd']);
    const all = [first, toast('second', 'undo'), toast('third', 'undo')];
    expect(shown(...all, toast('d'))).toEqual(['first', 'second', 'third', 'd']);
    expect(shown(...all, toast('d'), toast('e'))).toEqual(['first', 'second', 'third', 'e']);
    expect(shown(...all, toast('d', 'undo'))).toEqual(['second', 'third', 'd']);
  });

  it('[TO3] stand still for as long as anything holds them', () => {
    let isOver = false;
    const time = new Countdown(6_000, () => (isOver = true));
    vi.advanceTimersByTime(5_000);
    time.hold('pointer');
    time.hold('pointer');
    time.hold('focus');
    vi.advanceTimersByTime(60_000);
    time.letGo('pointer');
    vi.advanceTimersByTime(60_000);
    expect(isOver).toBe(false);
    time.letGo('focus');
    time.letGo('focus');
    vi.advanceTimersByTime(999);
    expect(isOver).toBe(false);
    vi.advanceTimersByTime(1);
    expect(isOver).toBe(true);
  });

  it('[TO4] that were dismissed do not end again', () => {
    const onOver = vi.fn();
    const time = new Countdown(6_000, onOver);
    time.hold('focus');
    time.stop();
    time.letGo('focus');
    vi.advanceTimersByTime(60_000);
    expect(onOver).not.toHaveBeenCalled();
  });
});
