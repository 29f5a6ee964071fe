import { tick } from 'svelte';

/**
 * An attachment for what comes and goes beside a page: when it goes with the focus inside, the focus is
 * given back to what had it before, else to the main part of the page.
 */
export function returnFocus(element: HTMLElement): () => void {
  let before: EventTarget | null = null;
  let isInside = false;
  const leaving = new AbortController();
  const { signal } = leaving;
  element.addEventListener(
    'focusin',
    ({ relatedTarget }) => {
      if (!isInside) before = relatedTarget;
      isInside = true;
    },
    { signal },
  );
  element.addEventListener(
    'focusout',
    ({ target, relatedTarget }) => {
      if (relatedTarget) isInside = element.contains(relatedTarget as Node);
      // A button that is disabled or gone has lost the focus; its person has not gone elsewhere.
      else queueMicrotask(() => (isInside &&= !isLeftAlone(target as HTMLElement)));
    },
    { signal },
  );
  return () => {
    leaving.abort();
    if (!isInside || !(isLost() || element.contains(document.activeElement))) return;
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    void tick().then(() => {
      if (isLost()) document.getElementById('content')?.focus({ preventScroll: true });
    });
  };
}

function isLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Whether somebody pressed beside what had the focus, which could still have it. */
function isLeftAlone(target: HTMLElement): boolean {
  return target.isConnected && !target.matches(':disabled') && document.hasFocus() && isLost();
}
