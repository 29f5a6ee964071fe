import type { Log, RecordingNews, RecordingNewsItem } from './ports.ts';

/** Passes on what happens to recordings. A listener that throws keeps it from nobody else. */
export class NewsDesk implements RecordingNews {
  readonly #listeners = new Set<(item: RecordingNewsItem) => void>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  subscribe(listener: (item: RecordingNewsItem) => void): () => void {
    const own = (item: RecordingNewsItem) => listener(item);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  readonly publish = (item: RecordingNewsItem): void => {
    for (const listener of this.#listeners) {
      try {
        listener(item);
      } catch (error) {
        this.#log.error({ event: item.event, err: error }, 'recording news could not be passed on');
      }
    }
  };
}
