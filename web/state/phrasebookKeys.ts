const KEY = 'F2';
const QUICK_KEY = '/';
const CONTROL = 'button, a, input, select, textarea, label, summary, [role]:not(main, [role=log])';

interface Wishes {
  /** Whether single characters are shortcuts: a person may turn that off. */
  readonly letters: boolean;
  /** Whether one switch is all that a person uses. */
  readonly scanning: boolean;
}

/**
 * Whether an event of the room's page opens the phrasebook: its key, from anywhere; a slash where
 * nothing is being written; and while scanning is on, any press that means nothing else.
 */
export function opensPhrasebook(event: Event, { letters, scanning }: Wishes): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || document.querySelector('[role=dialog], [role=menu]')) return false;
  if (event instanceof KeyboardEvent) {
    const { key, repeat, altKey, ctrlKey, metaKey } = event;
    if (repeat || altKey || ctrlKey || metaKey) return false;
    if (key === KEY) return true;
    const idle = isIdle(target);
    if (key === QUICK_KEY) return letters && idle;
    return scanning && idle && (key === ' ' || key === 'Enter');
  }
  return scanning && event.type === 'click' && !target?.closest(CONTROL);
}

/** On nothing that takes keys, or in the composer as long as it is empty. */
function isIdle(target: Element | null): boolean {
  if (target instanceof HTMLTextAreaElement) return target.value === '';
  return !target?.closest(CONTROL);
}
