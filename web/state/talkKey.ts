/** Writes, chooses or presses with a space. */
const USES_SPACE =
  'input, textarea, select, button, summary, audio, video, [contenteditable], [role=button], ' +
  '[role=combobox], [role=listbox], [role=menu], [role=radio], [role=slider], [role=switch], [role=tab]';

/** Where one is when one is nowhere in particular: on the page, or among one's own controls. */
const TALKS_FROM = 'body, main, .dock *';

const WRITES = 'input, textarea, select, [contenteditable]';

/** Whose field has gone under their fingers goes on writing for a while. */
const STILL_WRITES_MS = 1_500;

type Key = Pick<
  KeyboardEvent,
  | 'key'
  | 'target'
  | 'timeStamp'
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
  #wrote: { readonly field: Partial<HTMLInputElement>; readonly atMs: number } | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** To be told of every key, wherever it is pressed. */
  down(event: Key): void {
    const target = event.target as Partial<Element> | null;
    const isWriting = this.#isWriting(event.timeStamp);
    const field = isWriting ? this.#wrote?.field : target?.closest?.(WRITES);
    if (field && !this.#isHeld) this.#wrote = { field, atMs: event.timeStamp };
    if (event.key !== ' ') return;
    if (this.#isHeld) return event.preventDefault();
    if (event.repeat || event.isComposing || event.defaultPrevented) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (isWriting || !target?.matches?.(TALKS_FROM) || target.closest?.(USES_SPACE)) return;
    if (!this.#options.isFree()) return;
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

  /** Whether the field in which one wrote is gone, and one may not have seen it yet. */
  #isWriting(nowMs: number): boolean {
    if (!this.#wrote || nowMs - this.#wrote.atMs >= STILL_WRITES_MS) return false;
    return this.#wrote.field.isConnected === false || this.#wrote.field.disabled === true;
  }
}
