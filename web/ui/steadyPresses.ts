import { Steadiness, type Place } from '#web/state/steadiness.ts';

/** A row moves as one; what stands by itself moves alone. */
const PARTS = '[data-row], button, label';

/**
 * An attachment for a list whose rows (marked with `data-row`) move while people press them: a finger that
 * meets what has just come there, or taps twice, does nothing. Keys press as ever.
 */
export function steadyPresses(list: HTMLElement): () => void {
  const steadiness = new Steadiness<Element>();
  steadiness.begin(placesIn(list));
  const watch = new MutationObserver(() => steadiness.note(placesIn(list), performance.now()));
  watch.observe(list, { childList: true, characterData: true, subtree: true });

  function onclick(event: MouseEvent): void {
    const control = (event.target as Element).closest('button, label');
    // Without a count of clicks it was no pointer.
    if (event.detail === 0 || !control) return;
    const part = control.closest('[data-row]') ?? control;
    const button = control.matches('button') ? control : null;
    if (steadiness.takes({ part, button }, event.timeStamp)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  list.addEventListener('click', onclick, { capture: true });
  return () => {
    watch.disconnect();
    list.removeEventListener('click', onclick, { capture: true });
  };
}

function placesIn(list: HTMLElement): ReadonlyMap<Element, Place> {
  const parts = [...list.querySelectorAll<HTMLElement>(PARTS)];
  const standing = parts.filter((part) => !part.parentElement?.closest('[data-row]'));
  const listTop = list.getBoundingClientRect().top;
  const topOf = (part: Element) => Math.round(part.getBoundingClientRect().top - listTop);
  return new Map(standing.map((part) => [part, { top: topOf(part), face: faceOf(part) }]));
}

/** What its buttons are called, as far as that says what they do. */
function faceOf(part: HTMLElement): string {
  const buttons = part.matches('[data-row]') ? [...part.querySelectorAll('button')] : [part];
  return buttons.map((it) => it.getAttribute('aria-label') ?? it.textContent.trim()).join('\n');
}
