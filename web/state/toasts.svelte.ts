const SHOWN_MS = 6_000;
/** What is told within this time of something else is told after it, not instead of it. */
const TOGETHER_MS = 300;

export interface Toast {
  readonly id: number;
  readonly text: string;
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

  show(text: string): void {
    const toast = { id: this.#nextId++, text };
    this.#shown = [...this.#shown.filter((other) => other.text !== text), toast].slice(-3);
    this.announce(text);
    setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }

  /** For screen readers only: what others can see without being told. */
  announce(text: string): void {
    const together = performance.now() - this.#announcedAt < TOGETHER_MS;
    this.#announcedAt = performance.now();
    if (together && this.#announcement !== text) {
      this.#announcement = `${this.#announcement} ${text}`;
      return;
    }
    // A trailing no-break space makes a repeated sentence a change that is read again.
    this.#announcement = this.#announcement === text ? `${text}\u00a0` : text;
  }

  dismiss(id: number): void {
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
