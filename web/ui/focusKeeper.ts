import { tick } from 'svelte';

/**
 * Keeps the focus of a list whose rows (marked with `data-row`) move and go: whoever was on a row finds
 * themselves on it where it has moved to, or on the list itself once it is gone.
 */
export class FocusKeeper {
  #list: HTMLElement | null = null;
  #row: string | null = null;

  /** An attachment for the list, which can be focused. */
  readonly attach = (list: HTMLElement): (() => void) => {
    this.#list = list;
    const leaving = new AbortController();
    const { signal } = leaving;
    list.addEventListener('focusin', ({ target }) => this.#note(target as HTMLElement), { signal });
    list.addEventListener('focusout', ({ target }) => this.#left(target as HTMLElement), {
      signal,
    });
    return () => {
      leaving.abort();
      this.#list = null;
    };
  };

  /** To be called when rows may have changed. */
  async restore(): Promise<void> {
    await tick();
    const { activeElement, body } = document;
    if (this.#row === null || (activeElement && activeElement !== body)) return;
    const row = this.#list?.querySelector<HTMLElement>(`[data-row="${CSS.escape(this.#row)}"]`);
    const buttons = row?.querySelectorAll<HTMLElement>('button');
    ([...(buttons ?? [])].at(-1) ?? this.#list)?.focus();
  }

  #note(target: HTMLElement): void {
    this.#row = target.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? this.#row;
  }

  /** Who goes away by themselves is not brought back. */
  #left(target: HTMLElement): void {
    queueMicrotask(() => {
      const isElsewhere = target.isConnected && !this.#list?.contains(document.activeElement);
      if (isElsewhere && document.activeElement === document.body) this.#row = null;
    });
  }
}
