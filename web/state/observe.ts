import { createSubscriber } from 'svelte/reactivity';

/** Something outside Svelte that says when it has changed. */
export interface Observable {
  subscribe(listener: () => void): () => void;
}

/**
 * A reactive view of something outside Svelte. It listens only while a component or an effect is
 * looking; `current` is read afresh every time, so it is right outside of them too.
 */
export function observe<Value>(source: Observable, read: () => Value): { readonly current: Value } {
  const track = createSubscriber((update) => source.subscribe(update));
  return {
    get current() {
      track();
      return read();
    },
  };
}
