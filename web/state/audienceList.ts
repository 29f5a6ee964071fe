import type { PeerInfo } from '#protocol';
import type { RoomClient } from '#web/client/roomClient.ts';
import { failureOf, type Failure } from './failure.ts';

/** No name is longer. */
const LONGEST_QUERY = 60;

/** What is known of those who only listen. */
export interface FoundAudience {
  /** In order of arrival; null until there is a first answer. */
  readonly people: readonly PeerInfo[] | null;
  /** What they were looked for by; null until there is a first answer. */
  readonly query: string | null;
  /** How many there are in all, of those who are looked for. */
  readonly total: number;
  /** Where the next page begins; null where there is none. */
  readonly next: number | null;
  readonly isAsking: boolean;
  /** Why the last question has no answer. */
  readonly failure: Failure | null;
}

const NOTHING: FoundAudience = {
  people: null,
  query: null,
  total: 0,
  next: null,
  isAsking: false,
  failure: null,
};

/** Those who only listen, as they are looked up by who is not told of them: a page at a time. */
export class AudienceList {
  readonly #client: Pick<RoomClient, 'listAudience'>;
  readonly #listeners = new Set<() => void>();
  #found: FoundAudience = NOTHING;
  #query = '';
  #after: number | null = null;
  /** Only what was asked last is answered. */
  #questions = 0;

  constructor(client: Pick<RoomClient, 'listAudience'>) {
    this.#client = client;
  }

  get found(): FoundAudience {
    return this.#found;
  }

  /** Calls `listener` after every change of `found`. Returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins anew; what was found before is shown until there is an answer. @param query of a name, or empty */
  find(query: string): Promise<void> {
    this.#query = [...query.trim()].slice(0, LONGEST_QUERY).join('');
    return this.#ask(null);
  }

  /** Looks up the next page. */
  more(): Promise<void> {
    return this.#ask(this.#found.next);
  }

  /** Asks the last question once more. */
  retry(): Promise<void> {
    return this.#ask(this.#after);
  }

  async #ask(after: number | null): Promise<void> {
    const question = (this.#questions += 1);
    this.#after = after;
    this.#update({ isAsking: true });
    const answer = await this.#answerTo(after);
    if (question === this.#questions) this.#update({ ...answer, isAsking: false });
  }

  async #answerTo(after: number | null): Promise<Partial<FoundAudience>> {
    const query = this.#query;
    try {
      const { people, total, next } = await this.#client.listAudience({
        ...(after !== null && { after }),
        ...(query !== '' && { query }),
      });
      const before = after === null ? [] : (this.#found.people ?? []);
      // Whoever left meanwhile and came again is the same, further down.
      const again = new Set(people.map(({ peerId }) => peerId));
      const known = before.filter(({ peerId }) => !again.has(peerId));
      return { people: [...known, ...people], query, total, next, failure: null };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  #update(change: Partial<FoundAudience>): void {
    this.#found = { ...this.#found, ...change };
    for (const listener of this.#listeners) listener();
  }
}
