/** Something that scanning comes to: a group with things in it, or a thing to choose. */
export interface ScanNode {
  readonly id: string;
  /** What stands inside; a thing to choose has none. */
  readonly children?: readonly ScanNode[];
}

/** The step at the end of what stands inside something: out of it again. */
export const BACK = 'back';

export interface ScanPosition {
  /** Ids of what one is inside of, the outermost first. */
  readonly path: readonly string[];
  /** Id of what is highlighted: a child, or BACK. */
  readonly id: string;
}

interface Options {
  /** Calls `act` once, `ms` from now, unless what it returns is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
  readonly onMove: (position: ScanPosition | null) => void;
  readonly onChoose: (id: string) => void;
}

/** The first of a list is highlighted for longer: one has to see first that it is another list. */
const FIRST_FACTOR = 1.5;
/** Rounds of a list without a press, after which nobody seems to want anything of it. */
const ROUNDS = 4;
/** A press so soon after the last one is the same one: hands shake, switches bounce. */
const BOUNCE_MS = 250;

/**
 * Switch scanning: what can be chosen is highlighted one after another, and one press takes what is
 * highlighted. Inside of something, the last step leads out. Where nobody presses for ROUNDS rounds
 * it goes out by itself, and outermost it waits for a press.
 */
export class Scanner {
  readonly #options: Options;
  #root: readonly ScanNode[] = [];
  #paceMs = 2_000;
  #path: readonly ScanNode[] = [];
  #index = 0;
  #rounds = 0;
  #running = false;
  #asleep = false;
  #cancel: (() => void) | null = null;
  #pressedAt = -Infinity;

  constructor(options: Options) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Null while nothing is highlighted: it is stopped, or waits for a press. */
  get position(): ScanPosition | null {
    const node = this.#list[this.#index];
    if (!this.#running || this.#asleep || !node) return null;
    return { path: this.#path.map(({ id }) => id), id: node.id };
  }

  /** Begins at the first of these. */
  start(root: readonly ScanNode[], paceMs: number): void {
    this.#root = root;
    this.#paceMs = paceMs;
    this.#running = root.length > 0;
    this.#enter([]);
  }

  /** Other things to choose from, such as after one was said: begins anew where they differ. */
  replace(root: readonly ScanNode[]): void {
    this.#root = root;
    if (this.#running) this.#enter([]);
  }

  /** Stands still, such as while the page cannot be seen; `resume` goes on at the list's beginning. */
  pause(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  resume(): void {
    if (this.#running) this.#enter(this.#path);
  }

  stop(): void {
    this.pause();
    this.#running = false;
    this.#options.onMove(null);
  }

  /** The one switch. */
  press(): void {
    if (!this.#running) return;
    const now = this.#options.now();
    if (now - this.#pressedAt < BOUNCE_MS) return;
    this.#pressedAt = now;
    const node = this.#list[this.#index];
    if (this.#asleep || !node) return this.#enter(this.#path);
    if (node.id === BACK) return this.#enter(this.#path.slice(0, -1));
    if (node.children) return this.#enter([...this.#path, node]);
    this.#enter([]);
    this.#options.onChoose(node.id);
  }

  get #list(): readonly ScanNode[] {
    const inside = this.#path.at(-1);
    return inside ? [...(inside.children ?? []), { id: BACK }] : this.#root;
  }

  #enter(path: readonly ScanNode[]): void {
    this.#path = path;
    this.#rounds = 0;
    this.#show(0);
  }

  #show(index: number): void {
    this.pause();
    if (!this.#running) return this.#options.onMove(null);
    this.#asleep = false;
    this.#index = index;
    const ms = index === 0 ? this.#paceMs * FIRST_FACTOR : this.#paceMs;
    this.#cancel = this.#options.after(ms, () => this.#advance());
    this.#options.onMove(this.position);
  }

  #advance(): void {
    const next = (this.#index + 1) % this.#list.length;
    if (next > 0) return this.#show(next);
    this.#rounds += 1;
    if (this.#rounds < ROUNDS) return this.#show(0);
    if (this.#path.length > 0) return this.#enter(this.#path.slice(0, -1));
    this.#cancel = null;
    this.#asleep = true;
    this.#options.onMove(null);
  }
}
