import type { Phrase } from '#protocol';
import { INITIAL_ROOM_STATE, type RoomState } from './roomState.ts';

/** What is known of a room, and who is told when it changes. */
export class RoomStore {
  readonly #listeners = new Set<() => void>();
  readonly #phraseListeners = new Set<(phrase: Phrase) => void>();
  #state: RoomState = INITIAL_ROOM_STATE;

  get state(): RoomState {
    return this.#state;
  }

  readonly update = (change: Partial<RoomState>): void => {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  };

  readonly arrived = (phrase: Phrase): void => {
    for (const listener of this.#phraseListeners) listener(phrase);
  };

  /** Calls `listener` after every change of `state`. Returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` with each phrase as it arrives, once; not with those from before. */
  onPhrase(listener: (phrase: Phrase) => void): () => void {
    this.#phraseListeners.add(listener);
    return () => this.#phraseListeners.delete(listener);
  }
}
