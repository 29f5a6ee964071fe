/** Until somebody has seen that what is under their finger is not what was there. */
const SEEN_MS = 500;

/** Where something that can be pressed is, and what it says that it does. */
export interface Place {
  readonly top: number;
  readonly face: string;
}

interface Known extends Place {
  readonly changedAtMs: number;
}

/** Which parts of a list that changes by itself may be pressed: what moved, or was pressed, a moment ago may not. */
export class Steadiness<Part> {
  #known = new Map<Part, Known>();
  #pressed: { readonly button: Part; readonly atMs: number } | null = null;

  /** Takes the list as it is when it opens: nothing in it has moved. */
  begin(places: ReadonlyMap<Part, Place>): void {
    this.#known = new Map(
      [...places].map(([part, it]) => [part, { ...it, changedAtMs: -Infinity }]),
    );
  }

  /** Takes the list as it is now. What is new in it has moved, too. */
  note(places: ReadonlyMap<Part, Place>, nowMs: number): void {
    const before = this.#known;
    this.#known = new Map(
      [...places].map(([part, { top, face }]) => {
        const was = before.get(part);
        const stays = was !== undefined && was.top === top && was.face === face;
        return [part, { top, face, changedAtMs: stays ? was.changedAtMs : nowMs }];
      }),
    );
  }

  /**
   * Whether a press counts; one that does is remembered.
   * @param part what may have moved: a whole row, say
   * @param button what does something each time that it is pressed; null for what only chooses
   */
  takes({ part, button }: { part: Part; button: Part | null }, nowMs: number): boolean {
    const changedAtMs = this.#known.get(part)?.changedAtMs ?? -Infinity;
    if (nowMs - changedAtMs < SEEN_MS) return false;
    if (button === null) return true;
    const again = this.#pressed?.button === button && nowMs - this.#pressed.atMs < SEEN_MS;
    if (!again) this.#pressed = { button, atMs: nowMs };
    return !again;
  }
}
