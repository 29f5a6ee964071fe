import { untrack } from 'svelte';
import { Countdown } from './countdown.ts';
import { withToast } from './shownToasts.ts';

const SHOWN_MS = 6_000;
/** What is told within this time of something else is told after it, not instead of it. */
const TOGETHER_MS = 300;

/** What needs an answer stays for longer. */
const OFFERED_MS = 10_000;

/** What one may still do about it. */
export interface ToastAction {
  readonly label: string;
  readonly act: () => void;
}

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: ToastAction | null;
  readonly time: Countdown;
}

/** Words for what passes: shown for a few seconds, and read out by the live region. */
class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #announcement = $state('');
  #announcedAt = -Infinity;
  #nextId = 1;

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  /** What the page's one polite live region says. */
  get announcement(): string {
    return this.#announcement;
  }

  show(text: string, action: ToastAction | null = null): void {
    const id = this.#nextId++;
    const time = new Countdown(action ? OFFERED_MS : SHOWN_MS, () => this.dismiss(id));
    this.#show(withToast(this.#before, { id, text, action, time }));
    this.announce(text);
  }

  /** For screen readers only: what others can see without being told. */
  announce(text: string): void {
    const before = untrack(() => this.#announcement);
    const together = performance.now() - this.#announcedAt < TOGETHER_MS;
    this.#announcedAt = performance.now();
    if (together && before !== text) {
      this.#announcement = `${before} ${text}`;
      return;
    }
    // A trailing no-break space makes a repeated sentence a change that is read again.
    this.#announcement = before === text ? `${text}\u00a0` : text;
  }

  dismiss(id: number): void {
    this.#show(this.#before.filter((toast) => toast.id !== id));
  }

  /** An effect that tells something does not run again for what is told. */
  get #before(): readonly Toast[] {
    return untrack(() => this.#shown);
  }

  #show(shown: readonly Toast[]): void {
    for (const toast of this.#before) if (!shown.includes(toast)) toast.time.stop();
    this.#shown = shown;
  }
}

export const toasts = new Toasts();
