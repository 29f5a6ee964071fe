/** Writes, chooses or presses with a space. */
const USES_SPACE =
  'input, textarea, select, button, summary, audio, video, [contenteditable], [role=button], ' +
  '[role=combobox], [role=listbox], [role=menu], [role=radio], [role=slider], [role=switch], [role=tab]';

type Key = Pick<
  KeyboardEvent,
  | 'key'
  | 'target'
  | 'repeat'
  | 'isComposing'
  | 'defaultPrevented'
  | 'altKey'
  | 'ctrlKey'
  | 'metaKey'
  | 'shiftKey'
  | 'preventDefault'
>;

interface Options {
  /** Whether a space may open the microphone at this moment. */
  readonly isFree: () => boolean;
  readonly hold: () => void;
  readonly letGo: () => void;
}

/** The space bar as the key that one holds to talk, wherever it means nothing else. */
export class TalkKey {
  readonly #options: Options;
  #isHeld = false;

  constructor(options: Options) {
    this.#options = options;
  }

  down(event: Key): void {
    if (event.key !== ' ') return;
    if (this.#isHeld) return event.preventDefault();
    if (event.repeat || event.isComposing || event.defaultPrevented) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const isTaken = (event.target as Partial<Element> | null)?.closest?.(USES_SPACE);
    if (isTaken || !this.#options.isFree()) return;
    // Or the page would move.
    event.preventDefault();
    this.#isHeld = true;
    this.#options.hold();
  }

  up(event: Pick<Key, 'key' | 'preventDefault'>): void {
    if (event.key !== ' ' || !this.#isHeld) return;
    // Or a button that got the focus meanwhile would be pressed.
    event.preventDefault();
    this.letGo();
  }

  /** Where the end of the hold would not be seen: in another window, on a page that is hidden. Idempotent. */
  letGo(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#options.letGo();
  }
}
