import { untrack } from 'svelte';

/** The dialogs that are open, the one on top last: only what is in that one can be reached. */
class OpenDialogs {
  #ids = $state.raw<readonly string[]>([]);

  /** Null while none is open. */
  readonly top = $derived.by(() => this.#ids.at(-1) ?? null);

  /** @returns to be called when it is closed */
  add(id: string): () => void {
    this.#ids = [...untrack(() => this.#ids), id];
    return () => {
      this.#ids = untrack(() => this.#ids).filter((other) => other !== id);
    };
  }
}

export const openDialogs = new OpenDialogs();
